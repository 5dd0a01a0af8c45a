"""`coterie cuda` over a release server on loopback; what the card says is forced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import paths
from app.cli.cuda import working
from app.installation.facts import Installation
from app.services.cuda_pack.cuda_pack import CudaPack
from app.services.cuda_pack.trying import Trial
from app.services.updates import updating
from engine.fetched_backend import in_use
from engine.graphics_cards import Cards
from tests.support.command import Ran, here
from tests.support.library.cuda_packs import CARD, CARDS, publish
from tests.support.library.releases import PUBLIC, Releases, serving


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        deb = Installation("deb", "0.1.0", updates=server.address, keys=(PUBLIC,))
        monkeypatch.setattr(updating, "installation", lambda: deb)
        has(monkeypatch, CARDS)
        yield server


def has(monkeypatch: pytest.MonkeyPatch, cards: Cards) -> None:
    """The computer has these cards, and they answer."""

    def made(*arguments: object) -> CudaPack:
        return CudaPack(*arguments, lambda: cards, lambda *_: Trial(CARD.name, False, 1000, 100))  # type: ignore[arg-type, call-arg]

    monkeypatch.setattr(working, "CudaPack", made)


def cuda(*arguments: str) -> Ran:
    return here("cuda", *arguments)


def test_nobody_who_could_be_asked_means_no_download(server: Releases) -> None:
    publish(server)
    ran = cuda("install")
    assert ran.code == 1 and "add --yes" in ran.sentence and CARD.name in ran.sentence
    assert server.asked == [("/stable.release", "")] and in_use(paths.cuda()) is None


@pytest.mark.parametrize("answer", ["y\n", "\n", "n\n", ""])
def test_a_person_is_asked_with_the_size(
    server: Releases, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    class Person:
        isatty = staticmethod(lambda: True)
        readline = staticmethod(lambda: answer)

    publish(server)
    monkeypatch.setattr("sys.stdin", Person())
    ran = cuda("install")
    assert ran.code == 0 and "is a download of" in ran.err
    assert (in_use(paths.cuda()) is not None) == (answer == "y\n")
    assert ran.out.startswith(f"CUDA works on {CARD.name}." if answer == "y\n" else "Nothing was downloaded.")


def test_from_yes_to_the_removal(server: Releases) -> None:
    files = publish(server)
    installed = cuda("install", "--yes", "--json").last
    assert installed["state"] == "ready" and installed["card"] == CARD.name
    assert installed["bytes"] == sum(path.stat().st_size for path in files)
    assert cuda("install", "--yes", "--json").last["state"] == "there"
    assert cuda("remove", "--json").last["state"] == "removed"
    assert cuda("remove").out == "There’s no CUDA to remove.\n"


def test_a_clone_is_told_how_it_gets_it(server: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(server)
    monkeypatch.setattr(updating, "installation", lambda: Installation("source", "0.1.0", keys=(PUBLIC,)))
    ran = cuda("install", "--yes")
    assert ran.code == 1 and ran.sentence.startswith("In a clone, CUDA is built") and server.asked == []
    assert cuda("install", "--yes", "--from", server.address, "--json").last["state"] == "ready"


def test_without_a_driver_it_says_so(server: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    has(monkeypatch, Cards(vendors=frozenset({"NVIDIA"})))
    ran = cuda("install", "--yes")
    assert ran.code == 1 and "no driver that works" in ran.sentence and server.asked == []
