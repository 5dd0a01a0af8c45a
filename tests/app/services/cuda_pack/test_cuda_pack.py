"""CUDA as a download: whatever goes wrong on the way, what was in use before still is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.installation.facts import Installation
from app.services.cuda_pack.cuda_pack import CudaPack
from app.services.cuda_pack.trying import Trial, TrialError
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates.updating import Updates
from engine import llama_package
from engine.errors import UserError
from engine.fetched_backend import in_use
from engine.graphics_cards import Card, Cards
from engine.hub.transfer import Progress, Stopped, StopToken
from tests.support.computing.made_backend import BACKEND, ENDING, compiled
from tests.support.library.cuda_packs import CARD, CARDS, module, publish
from tests.support.library.releases import PUBLIC, Releases, serving
from tests.support.library.small_disk import small_disk

MIB = 2**20
ANSWER = Trial(CARD.name, False, 1000.0, 100.0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        yield server


class Made:
    """A data folder, and what its trials came to: each saw the pack's folder."""

    def __init__(self, home: Path, address: str) -> None:
        self.home, self.address = home, address
        self.folder = home / "cuda"
        self.cards = CARDS
        self.outcome: Callable[[Path, StopToken | None], Trial] | None = lambda *_: ANSWER

    def pack(self, folder: Path | None = None) -> CudaPack:
        here = Installation("appimage", "0.1.0", updates=self.address, keys=(PUBLIC,))
        settings = SettingsFile(self.home / "settings.toml")
        updates = Updates(self.home, settings, EventBus(), here)
        place = folder or self.folder
        return CudaPack(place, self.home / "logs", settings, updates, lambda: self.cards, self.outcome)

    def install(self) -> str:
        pack = self.pack()
        return pack.install(pack.look())

    def refused(self) -> str:
        with pytest.raises(UserError) as caught:
            self.install()
        return caught.value.code

    @property
    def used(self) -> Path:
        folder = in_use(self.folder)
        assert folder is not None
        return folder

    @property
    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()} - {".lock", "current.txt"}


@pytest.fixture
def made(tmp_path: Path, server: Releases) -> Made:
    return Made(tmp_path / "home 집", server.address)


def test_what_was_fetched_is_in_use_once_it_has_answered(made: Made, server: Releases) -> None:
    publish(server)
    seen: list[set[str]] = []

    def answers(folder: Path, _: StopToken | None) -> Trial:
        assert in_use(made.folder) is None
        seen.append({path.name for path in folder.iterdir()})
        return ANSWER

    made.outcome = answers
    assert made.install() == CARD.name
    assert seen == [{"libggml-cuda.so", "build.json", "libcublas.so.13"}]
    assert CARD.uuid in (made.used / "build.json").read_text()
    assert len(made.names) == 2  # the pack and its libraries: no archive, nothing half done


def test_what_it_takes_is_told_before_anything_is_fetched(made: Made, server: Releases) -> None:
    files = publish(server)
    offer = made.pack().look()
    assert offer.bytes == sum(path.stat().st_size for path in files) and offer.is_new
    assert offer.disk_bytes == sum(len(data) for data in module().values()) + len(b"cuBLAS")
    assert offer.cards == CARD.name and server.asked == [("/stable.release", "")]


def test_the_libraries_of_an_older_pack_are_not_fetched_again(made: Made, server: Releases) -> None:
    publish(server)
    made.install()
    first = made.used
    assert not made.pack().look().is_new
    publish(server, module(b"newer"), counter=3)
    offer = made.pack().look()
    assert offer.bytes == offer.module.bytes
    asked = len(server.asked)
    made.install()
    assert not [path for path, _ in server.asked[asked:] if "libraries" in path]
    assert (made.used / "libggml-cuda.so").read_bytes() == b"newer"
    assert (made.used / "libcublas.so.13").read_bytes() == b"cuBLAS"
    assert not first.exists()


def test_the_old_pack_stays_where_the_new_one_does_not_answer(made: Made, server: Releases) -> None:
    publish(server)
    made.install()
    before, names = made.used, made.names
    publish(server, module(b"newer"), counter=3)

    def fails(folder: Path, _: StopToken | None) -> Trial:
        assert in_use(made.folder) == before
        raise TrialError("a wrong answer")

    made.outcome = fails
    assert made.refused() == "cuda.no_answer"
    assert made.used == before and made.names == names


@pytest.mark.parametrize("fault", ["crashes", "killed", "other interface", "torn"])
@pytest.mark.process
def test_a_module_that_is_no_good_takes_nothing_with_it(
    made: Made, server: Releases, tmp_path: Path, fault: str
) -> None:
    if fault == "torn":
        content = b"\x7fELF and no more"
    else:
        source = {
            "crashes": ENDING % signal.SIGSEGV,
            "killed": ENDING % signal.SIGABRT,
            "other interface": BACKEND.replace("GGML_BACKEND_API_VERSION", "GGML_BACKEND_API_VERSION + 1"),
        }[fault]
        content = compiled(source, tmp_path / "made.so").read_bytes()
    publish(server)
    made.install()
    before = made.used
    publish(server, module(content), counter=3)
    made.outcome = None  # the real one
    assert made.refused() == "cuda.no_answer" and made.used == before
    assert "finds no card" in (made.home / "logs" / "cuda.log").read_text()


@pytest.mark.parametrize(
    "pack",
    [
        {"other.txt": b""},
        module(library="0.0.1"),
        module(kind="vulkan"),
        {"build.json": module()["build.json"]},
        {**module(), "../escaped": b""},
    ],
    ids=["no note", "another engine", "another kind", "no module", "a path outside"],
)
def test_what_is_signed_and_no_pack_for_this_engine_is_refused(
    made: Made, server: Releases, pack: dict[str, bytes]
) -> None:
    publish(server, pack)
    assert made.refused() == "cuda.wrong_file"
    assert in_use(made.folder) is None and not (made.home / "escaped").exists()
    assert not [name for name in made.names if not name.startswith("libraries-")]


def test_another_file_than_was_signed_is_not_used(made: Made, server: Releases) -> None:
    archive, _ = publish(server)
    data = archive.read_bytes()
    archive.write_bytes(data[:-1] + b"!")
    assert made.refused() == "cuda.wrong_file" and in_use(made.folder) is None
    archive.write_bytes(data)
    assert made.install() == CARD.name


def test_a_download_that_is_cut_off_goes_on(made: Made, server: Releases) -> None:
    publish(server, libraries=os.urandom(MIB))
    server.cut, server.cuts = MIB // 2, 2
    assert made.install() == CARD.name


def test_a_download_that_a_person_ends_goes_on_the_next_time(made: Made, server: Releases) -> None:
    publish(server, libraries=os.urandom(12 * MIB))
    server.cut, server.cuts = 8 * MIB, 10**6  # the end does not come
    pack, stop = made.pack(), StopToken()

    def end(now: Progress) -> None:
        if now.received >= 8 * MIB:
            stop.pause()

    with pytest.raises(Stopped):
        pack.install(pack.look(), end, stop)
    assert in_use(made.folder) is None
    server.cuts, first = 0, len(server.asked)
    assert made.install() == CARD.name
    assert "bytes=0-8388607" not in [asked for _, asked in server.asked[first:]]


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    made: Made, server: Releases, tmp_path: Path
) -> None:
    publish(server, libraries=bytes(4 * MIB))
    with small_disk(tmp_path / "disk", 4) as folder:
        pack = made.pack(folder / "cuda")
        offer, asked = pack.look(), len(server.asked)
        with pytest.raises(UserError, match=r"download\.no_room"):
            pack.install(offer)
        assert len(server.asked) == asked


def test_a_disk_that_fills_up_while_it_is_unpacked_keeps_what_was_fetched(
    made: Made, server: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(server)
    pack = made.pack()
    offer = pack.look()
    with monkeypatch.context() as full:

        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        full.setattr("app.services.cuda_pack.packs.unpack", refuse)
        with pytest.raises(UserError, match=r"download\.no_room"):
            pack.install(offer)
    asked = len(server.asked)
    assert pack.install(offer) == CARD.name and len(server.asked) == asked


def test_a_file_system_without_links_keeps_copies(
    made: Made, server: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(server)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    made.install()
    assert (made.used / "libcublas.so.13").read_bytes() == b"cuBLAS"


def test_two_at_once_do_not_meet(made: Made, server: Releases) -> None:
    publish(server)
    told: list[str] = []

    def answers(*_: object) -> Trial:
        told.append(made.refused())
        return ANSWER

    made.outcome = answers
    assert made.install() == CARD.name and told == ["cuda.elsewhere"]


def test_a_release_without_one_for_this_engine_says_so(made: Made, server: Releases) -> None:
    publish(server, version="0.0.1")
    assert made.refused() == "cuda.no_file" and not made.folder.exists()


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        (Cards(), "cuda.no_card"),
        (Cards(vendors=frozenset({"AMD"})), "cuda.no_card"),
        (Cards(vendors=frozenset({"NVIDIA"})), "cuda.no_driver"),
        (Cards((CARD,), "570.86", frozenset({"NVIDIA"})), "cuda.old_driver"),
        (Cards((Card("GTX 1080", "GPU-p", 61),), "580.95", frozenset({"NVIDIA"})), "cuda.old_card"),
    ],
)
def test_without_a_card_that_can_use_it_nobody_is_asked(
    made: Made, server: Releases, cards: Cards, code: str
) -> None:
    publish(server)
    made.cards = cards
    assert made.refused() == code and server.asked == []


def test_a_card_that_is_too_old_is_left_out(made: Made, server: Releases) -> None:
    publish(server)
    made.cards = CARDS._replace(nvidia=(CARD, Card("GTX 1080", "GPU-pascal", 61)))
    made.install()
    assert "GPU-pascal" not in (made.used / "build.json").read_text()


def test_what_is_removed_is_not_used_any_more(made: Made, server: Releases) -> None:
    publish(server)
    assert not made.pack().remove()
    made.install()
    assert made.pack().remove() and in_use(made.folder) is None and made.names == set()
    assert made.install() == CARD.name


def test_offline_nothing_is_asked(made: Made, server: Releases) -> None:
    publish(server)
    SettingsFile(made.home / "settings.toml").change(offline=True)
    assert made.refused() == "update.offline" and server.asked == []


def test_the_engine_of_the_tests_is_the_one_that_packs_are_for() -> None:
    assert llama_package.version()
