"""The first run: a page that greets, the starter at once, three models that suit, and nothing behind one's back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.first_run import welcome
from app.desktop.chat.first_run.welcome import WelcomePage
from app.services.diagnostics.graphics import GraphicsState, Note
from app.services.hub.catalogue import CatalogueEntry, CataloguePick
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.placement.events import MachineChanged
from app.services.services import Services
from app.store.records import Download
from engine.errors import ErrorInfo, UserError
from engine.hub.values import Verdict
from tests.app.desktop.conftest import Running
from tests.app.desktop.test_accessibility import without_name
from tests.app.desktop.window.library_models import GB, a_library_model
from tests.app.desktop.window.test_downloads_told import a_download
from tests.support.placement.plans import a_machine
from tests.support.window.finding import find
from tests.support.window.reading import labels

Make = Callable[..., Running]


def a_pick(name: str, tps: float = 22.4) -> CataloguePick:
    entry = CatalogueEntry(
        f"owner/{name}",
        "Q4_K_M",
        name,
        f"{name} is good.",
        f"{name} 모델은 좋습니다.",
        30 * GB,
        3 * GB,
        18 * GB,
    )
    sentence = ErrorInfo("unknown", {"detail": name})
    return CataloguePick(entry, Verdict("divided", "sizes", sentence), tps, sentence)


PICKS = (a_pick("first"), a_pick("second", 0.0), a_pick("third"))


class Hub:
    """Picks, and whoever asks for more is noted."""

    def __init__(self) -> None:
        self.found = PICKS
        self.error: UserError | None = None
        self.picked = 0

    def picks(self, count: int = 3) -> tuple[CataloguePick, ...]:
        self.picked += 1
        if self.error is not None:
            raise self.error
        return self.found

    def check_token(self, token: str) -> str:
        raise AssertionError("nobody asked for that")

    repository = search = judge = check_token


class Arrivals:
    """Stands where the downloads do: `asked` lists what was wanted."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: UserError | None = None
        self.hold = threading.Event()

    def add_named(self, text: str) -> Download:
        self.asked.append(text)
        if self.error is not None:
            raise self.error
        return a_download(model=text)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def first_run(
    make_desktop: Make, hub: Hub, arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Running]:
    """Starts a desktop over an empty folder."""

    def start(**settings: Any) -> Running:
        running = make_desktop(settings={"welcomed": False} | settings)

        def script(services: Services) -> None:
            for name in ("picks", "repository", "search", "judge", "check_token"):
                monkeypatch.setattr(services.hub, name, getattr(hub, name))
            monkeypatch.setattr(services.downloads, "add_named", arrivals.add_named)

        running.prepare = script
        running.ready()
        if not settings.get("welcomed"):
            running.until(lambda: running.window.chat.views.welcoming.page is not None)
        return running

    return start


def page(running: Running) -> WelcomePage:
    welcome = running.window.chat.views.welcoming.page
    assert welcome is not None
    return welcome


def welcomed(running: Running) -> bool:
    return running.services.settings.current.welcomed


def test_the_first_run_greets_and_offers_three_models(
    first_run: Callable[[], Running], arrivals: Arrivals
) -> None:
    running = first_run()
    running.until(lambda: len(page(running).cards) == 3)
    first, second, _ = page(running).cards
    assert page(running).isVisible() and running.window.chat.composer.edit.hasFocus()
    assert labels(first) == ["first", "18 GB · about 22 tok/s", "first is good."]
    assert "18 GB" in labels(second)
    assert first.button.accessibleName() == "Get first, 18 GB · about 22 tok/s"
    assert arrivals.asked == [] and not welcomed(running)


def test_what_set_up_does_for_a_card_is_told_in_both_languages(
    first_run: Callable[[], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Note("building", {"way": "CUDA", "cards": "RTX 3060"})
    monkeypatch.setattr(welcome, "read_state", lambda: GraphicsState(step=step))
    running = first_run()
    told = "Building CUDA for RTX 3060; models run on the CPU meanwhile."
    running.until(lambda: told in labels(page(running)))
    languages.choose("ko")
    korean = "RTX 3060용 CUDA 빌드 중. 그동안 모델은 CPU에서 실행됩니다."
    running.until(lambda: korean in labels(page(running)))
    assert told not in labels(page(running))


def test_without_a_card_nothing_is_told_of_one(
    first_run: Callable[[], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[Note, ...]] = []
    show = WelcomePage.show_graphics

    def noted(page: WelcomePage, notes: tuple[Note, ...]) -> None:
        show(page, notes)
        shown.append(notes)

    monkeypatch.setattr(welcome, "read_state", lambda: GraphicsState((Note("driver_without_card"),)))
    monkeypatch.setattr(WelcomePage, "show_graphics", noted)
    running = first_run()
    running.until(lambda: len(page(running).cards) == 3 and bool(shown))
    assert not any("NVIDIA" in text or "CUDA" in text for text in labels(page(running)))


def test_start_and_not_now_lead_to_the_chat_for_good(first_run: Callable[[], Running], qtbot: QtBot) -> None:
    running = first_run()
    qtbot.mouseClick(page(running).start, Qt.MouseButton.LeftButton)
    running.until(lambda: welcomed(running))
    assert running.window.chat.views.welcoming.page is None
    assert running.window.chat.transcript.isVisible() and running.window.chat.composer.edit.hasFocus()


def test_who_writes_at_once_is_answered_at_once(first_run: Callable[[], Running]) -> None:
    running = first_run()
    running.send("Hello")
    assert running.window.chat.views.welcoming.page is None and running.window.chat.transcript.isVisible()
    assert welcomed(running)


def test_other_pages_are_no_goodbye_but_a_new_chat_is(first_run: Callable[[], Running]) -> None:
    running = first_run()
    running.window.go.show_page("settings")
    running.window.go.show_page("chat")
    assert page(running).isVisible() and not welcomed(running)
    running.window.go.new_chat()
    running.until(lambda: welcomed(running))
    assert running.window.chat.transcript.isVisible()


def test_the_models_page_can_be_reached(first_run: Callable[[], Running], qtbot: QtBot) -> None:
    running = first_run()
    wanted: list[bool] = []
    running.window.chat.views.welcoming.models_wanted.connect(wanted.append)
    qtbot.mouseClick(page(running).more, Qt.MouseButton.LeftButton)
    running.until(lambda: welcomed(running))
    assert wanted == [False]


def test_who_was_welcomed_or_has_chatted_is_not_greeted_again(
    first_run: Callable[..., Running], hub: Hub, make_desktop: Make
) -> None:
    running = first_run(welcomed=True)
    running.until(lambda: running.window.chat.transcript.isVisible())
    running.send("A chat from before")
    running.close()
    later = make_desktop(settings={"welcomed": False}).ready()
    later.until(lambda: later.services.settings.current.welcomed)
    later.until(later.window.chat.transcript.isVisible)
    assert later.window.chat.views.welcoming.page is None
    assert hub.picked == 0


def test_get_starts_the_download_and_shows_how_it_goes(
    first_run: Callable[[], Running], arrivals: Arrivals, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = first_run()
    running.until(lambda: len(page(running).cards) == 3)
    card = page(running).cards[0]
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    running.until(lambda: card.state == "running")
    assert arrivals.asked == ["owner/first:Q4_K_M"]
    assert not card.button.isVisible() and card.show_link.isVisible()
    download = a_download(model=card.model)
    running.services.events.publish(DownloadChanged(download), DownloadProgress(1, 62 * GB // 10, 10 * GB))
    running.until(lambda: "Downloading, 62%" in labels(card))
    model = a_library_model("first", path="/m/first.gguf")
    monkeypatch.setattr(running.services.library, "get", lambda id: model)
    running.services.events.publish(DownloadChanged(msgspec.structs.replace(download, state="done")))
    running.until(lambda: card.button.text() == "Use it")
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    running.until(lambda: running.services.models.state.path == "/m/first.gguf")
    running.until(lambda: welcomed(running))


def test_a_download_that_cannot_begin_says_why_and_can_be_tried_again(
    first_run: Callable[[], Running], arrivals: Arrivals, qtbot: QtBot
) -> None:
    arrivals.error = UserError("hub.offline")
    running = first_run()
    running.until(lambda: len(page(running).cards) == 3)
    card = page(running).cards[0]
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    running.until(lambda: card.state == "failed")
    assert languages.tell(arrivals.error) in labels(card) and card.button.text() == "Try again"
    arrivals.error = None
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    running.until(lambda: card.state == "running")
    running.services.events.publish(DownloadChanged(a_download(model=card.model, state="cancelled")))
    running.until(lambda: card.state == "offered")


def test_offline_says_that_models_can_be_got_later(first_run: Callable[..., Running]) -> None:
    running = first_run(offline=True)
    running.until(lambda: len(page(running).cards) == 3)
    later = "You can get models later; the starter model works now"
    assert any(later in words for words in labels(page(running)))
    assert not page(running).cards[0].button.isEnabled() and page(running).start.isEnabled()
    running.services.settings.change(offline=False)
    running.until(lambda: page(running).cards[0].button.isEnabled())


def test_without_advice_the_page_is_whole(first_run: Callable[[], Running], hub: Hub) -> None:
    hub.error = UserError("engine.too_old")
    running = first_run()
    found = "Find larger models under Models"
    running.until(lambda: any(words.startswith(found) for words in labels(page(running))))
    assert page(running).cards == []
    assert "Larger models that suit this computer" not in labels(page(running))
    assert running.window.strip.isHidden()


def test_speeds_come_when_the_machine_is_measured(first_run: Callable[[], Running], hub: Hub) -> None:
    running = first_run()
    running.until(lambda: len(page(running).cards) == 3)
    card = page(running).cards[1]
    assert not any("tok/s" in words for words in labels(card))
    hub.found = (PICKS[0], a_pick("second", 40.0), PICKS[2])
    running.services.events.publish(MachineChanged(a_machine()))
    running.until(lambda: "18 GB · about 40 tok/s" in labels(card))


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_fits_a_small_window_and_every_control_has_a_name(
    first_run: Callable[[], Running], scale: float, language: str
) -> None:
    running = first_run()
    running.until(lambda: len(page(running).cards) == 3)
    themes.choose("dark", scale)
    languages.choose(language)
    running.window.resize(716, 600)  # the list gives way by itself
    QApplication.processEvents()

    def below() -> bool:
        first, second, _ = page(running).cards
        return second.y() > first.geometry().bottom()

    running.until(lambda: below() is (scale > 1))
    inside = find(page(running), kind=QScrollArea).widget()
    assert inside.width() <= page(running).width()
    assert without_name(running.window) == []
