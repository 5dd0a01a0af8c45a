"""CUDA as the window gets it: told step by step, and back at what was here after each way out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.installation.facts import Installation
from app.services.cuda_pack.cuda_pack import CudaPack
from app.services.cuda_pack.getting import CudaGetting
from app.services.cuda_pack.trying import Trial, TrialError
from app.services.cuda_pack.values import CudaChanged, CudaState
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates.updating import Updates
from engine.errors import UserError
from engine.graphics_cards import Cards
from engine.hub.transfer import StopToken
from tests.support.library.cuda_packs import CARD, CARDS, module, publish
from tests.support.library.releases import PUBLIC, Releases, serving

MIB = 2**20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        yield server


class Made:
    """What the window would have seen: the states, and how often the machine was surveyed."""

    def __init__(self, home: Path, address: str, kind: str = "deb") -> None:
        self.cards, self.answers, self.surveys = CARDS, True, 0
        self.looking: Callable[[], object] = lambda: None
        self.trying: Callable[[], object] = lambda: None
        self.seen: list[CudaState] = []
        events = self.events = EventBus()
        events.subscribe(CudaChanged, lambda event: self.seen.append(event.state))
        settings = SettingsFile(home / "settings.toml")
        here = Installation(kind, "0.1.0", updates=address, keys=(PUBLIC,))  # type: ignore[arg-type]
        updates = Updates(home, settings, events, here)
        pack = CudaPack(home / "cuda", home / "logs", settings, updates, self._found, self._trial)
        self.getting = CudaGetting(pack, events, self._survey)
        self.getting.read()

    @property
    def state(self) -> CudaState:
        return self.getting.state

    @property
    def phases(self) -> list[str]:
        """Those gone through, each once in a row."""
        return [
            state.phase
            for before, state in zip([None, *self.seen], self.seen, strict=False)
            if before is None or before.phase != state.phase
        ]

    def error(self) -> str:
        return "" if self.state.error is None else self.state.error.code

    def _found(self) -> Cards:
        self.looking()
        return self.cards

    def _trial(self, _: Path, stop: StopToken | None) -> Trial:
        self.trying()
        if stop is not None:
            stop.check()
        if not self.answers:
            raise TrialError("a wrong answer")
        return Trial(CARD.name, False, 1000.0, 100.0)

    def _survey(self) -> None:
        self.surveys += 1
        raise UserError("engine.not_started", detail="")  # told elsewhere


@pytest.fixture
def made(tmp_path: Path, server: Releases) -> Made:
    return Made(tmp_path / "home", server.address)


def test_nobody_is_asked_before_a_person_wants_to_know(made: Made, server: Releases) -> None:
    assert (made.state.phase, made.state.cards, made.state.can_ask) == ("none", CARD.name, True)
    assert server.asked == []


def test_from_the_size_to_the_removal(made: Made, server: Releases) -> None:
    files = publish(server)
    made.getting.look()
    assert made.state.bytes == sum(path.stat().st_size for path in files) and made.state.disk_bytes
    made.getting.begin()
    assert made.phases == ["none", "looking", "offered", "fetching", "trying", "ready"]
    assert made.state.is_new and made.surveys == 1
    made.getting.look()  # there is nothing newer
    assert made.phases[-2:] == ["looking", "ready"]
    made.getting.remove()
    assert made.phases[-1] == "none" and not made.state.is_new and made.surveys == 2


def test_what_was_declined_was_not_fetched(made: Made, server: Releases) -> None:
    publish(server)
    made.getting.look()
    made.getting.decline()
    assert made.state.phase == "none" and server.asked == [("/stable.release", "")]


def test_a_download_that_is_stopped_goes_on_the_next_time(made: Made, server: Releases) -> None:
    publish(server, libraries=os.urandom(12 * MIB))
    server.cut, server.cuts = 8 * MIB, 10**6  # the end does not come
    made.getting.look()

    def stop(event: CudaChanged) -> None:
        if event.state.received >= 8 * MIB:
            made.getting.cancel()

    forget = made.events.subscribe(CudaChanged, stop)
    made.getting.begin()
    forget()
    assert (made.state.phase, made.error()) == ("none", "") and made.surveys == 0
    server.cuts, first = 0, len(server.asked)
    made.getting.look()
    made.getting.begin()
    assert made.state.phase == "ready"
    assert "bytes=0-8388607" not in [asked for _, asked in server.asked[first:]]


def test_a_trial_that_was_stopped_goes_on_with_what_is_here(made: Made, server: Releases) -> None:
    publish(server)
    made.trying = made.getting.cancel
    made.getting.look()
    made.getting.begin()
    assert (made.state.phase, made.error()) == ("none", "")
    made.trying = lambda: None
    first = len(server.asked)
    made.getting.look()
    made.getting.begin()
    assert made.phases[-4:] == ["offered", "fetching", "trying", "ready"]
    assert [path for path, _ in server.asked[first:]] == ["/stable.release"]


def test_one_thing_is_done_at_a_time(made: Made, server: Releases) -> None:
    publish(server)
    getting = made.getting

    def click_everything() -> None:
        for click in (getting.look, getting.begin, getting.decline, getting.remove, getting.read):
            click()

    made.trying = click_everything
    getting.look()
    getting.begin()
    assert made.phases == ["none", "looking", "offered", "fetching", "trying", "ready"]
    getting.remove()
    getting.begin()  # without another offer
    assert made.phases[-1] == "none" and made.error() == ""


def test_an_offer_stays_where_the_cards_were_looked_at_meanwhile(made: Made, server: Releases) -> None:
    publish(server)

    def ask() -> None:
        made.looking = lambda: None
        made.getting.look()

    made.looking = ask
    made.getting.read()
    assert made.state.phase == "offered"


def test_why_it_failed_is_told_until_the_next_try(made: Made, server: Releases) -> None:
    publish(server)
    made.answers = False
    made.getting.look()
    made.getting.begin()
    assert (made.state.phase, made.error()) == ("none", "cuda.no_answer") and made.state.can_ask
    made.getting.read()
    assert made.error() == "cuda.no_answer"
    made.answers = True
    made.getting.look()
    assert (made.state.phase, made.error()) == ("offered", "")


def test_a_release_that_cannot_be_asked_is_told(made: Made, server: Releases) -> None:
    server.broken = 500
    made.getting.look()
    assert made.state.phase == "none" and made.error() and made.state.can_ask


def test_what_is_here_stays_where_a_newer_one_fails(made: Made, server: Releases) -> None:
    publish(server)
    made.getting.look()
    made.getting.begin()
    publish(server, module(b"newer"), counter=3)
    made.answers = False
    made.getting.look()
    made.getting.begin()
    assert (made.state.phase, made.error(), made.surveys) == ("ready", "cuda.no_answer", 1)


def test_a_pack_for_another_engine_is_told_and_can_be_removed(made: Made, tmp_path: Path) -> None:
    pack = tmp_path / "home" / "cuda" / "old"
    pack.mkdir(parents=True)
    for name, data in module(library="0.0.1").items():
        (pack / name).write_bytes(data)
    (pack.parent / "current.txt").write_text("old")
    made.getting.read()
    assert (made.state.phase, made.state.is_other) == ("none", True)
    made.getting.remove()
    assert not made.state.is_other and not pack.exists()


@pytest.mark.parametrize(
    ("cards", "code"),
    [(Cards(), "cuda.no_card"), (Cards(vendors=frozenset({"NVIDIA"})), "cuda.no_driver")],
)
def test_without_a_card_or_driver_the_reason_is_all(made: Made, cards: Cards, code: str) -> None:
    made.cards = cards
    made.getting.read()
    assert (made.error(), made.state.can_ask) == (code, False)
    made.cards = CARDS
    made.getting.read()
    assert (made.error(), made.state.can_ask) == ("", True)


@pytest.mark.parametrize("kind", ["source", "deb"])
def test_a_copy_that_knows_nobody_to_ask_says_so(tmp_path: Path, kind: str) -> None:
    made = Made(tmp_path / "home", "", kind)
    assert (made.error(), made.state.can_ask, made.state.cards) == ("cuda.no_address", False, CARD.name)
