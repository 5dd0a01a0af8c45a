"""A whole desktop over a real store, with an engine that answers from a script."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.desktop.base import tasks
from app.desktop.base.language import languages
from app.desktop.base.style import put_on_style, style_sheet
from app.desktop.base.theme import themes
from app.desktop.window.main_window import MainWindow
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished
from app.services.services import Services, open_services
from app.services.settings.settings import SettingsFile
from engine.api import Listener
from engine.errors import UserError
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.library.scripted_library import ScriptedHub
from tests.support.library.shelves import Shelves
from tests.support.placement.hand_made_placements import HandMadePlacements

WAIT_MS = 300_000


class PatientBot(QtBot):
    """Waits as long as a busy machine may need; that costs nothing where all is well."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = WAIT_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = WAIT_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitExposed(self, widget: QWidget, *, timeout: int = WAIT_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


class Running:
    """A desktop that is open, with what stands behind it."""

    def __init__(
        self,
        qtbot: QtBot,
        home: Path,
        placements: HandMadePlacements | None = None,
        shelves: Shelves | None = None,
        settings: dict[str, Any] | None = None,
        **engine: Any,
    ) -> None:
        self.qtbot = qtbot
        self.home = home
        self.engine: ScriptedEngine
        self.services: Services
        self.trouble: UserError | None = None  # why the data cannot be opened
        self.prepare: Callable[[Services], None] = lambda services: None  # before the window has them
        self._engine_options = engine
        self._placements = placements
        self._shelves = shelves
        self._heard: set[int] | None = None  # answers whose end the window was told of
        home.mkdir(parents=True, exist_ok=True)
        file = SettingsFile(home / "settings.toml")
        # Light as `looks` has it: it would be styled twice.
        chosen = {"welcomed": True, "load_model": "start", "titles_by_model": False, "theme": "light"}
        file.change(**(chosen | (settings or {})))
        self.desktop = Desktop(home, file, self._open)

    @property
    def window(self) -> MainWindow:
        return self.desktop.window

    def _open(self, home: Path, settings: SettingsFile) -> Services:
        def make(listener: Listener) -> ScriptedEngine:
            self.engine = ScriptedEngine(listener, **self._engine_options)
            return self.engine

        if self.trouble is not None:
            raise self.trouble
        self.services = open_services(home, settings, make)
        if self._placements is not None:
            self.services.placements = self._placements  # type: ignore[assignment]
            self._placements.events = self.services.events
            # The real one would plan with the real machine.
            self.services.hub = ScriptedHub()  # type: ignore[assignment]
        if self._shelves is not None:
            self._shelves.put_into(self.services)
        self.services.answers.recover()
        self.prepare(self.services)
        return self.services

    def start(self, *, background: bool = False) -> Running:
        self.desktop.start(background=background)
        self.until(lambda: self.window.calls.services is not None)
        return self

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def ready(self) -> Running:
        """Started, and the model is loaded."""
        self.start()
        self.until(lambda: self.window.chat.header.model.pill.accessibleName().endswith(", ready"))
        return self

    def send(self, text: str) -> None:
        """Write a message and send it with Enter; returns when the answer has ended."""
        composer = self.window.chat.composer
        self._listen()
        asked = len(self.engine.requests)
        composer.edit.setPlainText(text)
        self.qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
        self.until(lambda: len(self.engine.requests) > asked and not self.services.answers.answering())
        self.until(self._shown)

    def _listen(self) -> None:
        if self._heard is None:
            self._heard = set()
            # After the window, which is connected already.
            self.desktop.bridge.events.connect(self._hear)

    def _hear(self, events: list[ServiceEvent]) -> None:
        assert self._heard is not None
        self._heard.update(event.message.id for event in events if isinstance(event, AnswerFinished))

    def _shown(self) -> bool:
        """Whether the page shows all that the store holds of its conversation, and has heard how it ended."""
        chat = self.window.chat
        if (
            chat.shown.now.conversation is None
            or chat.shown.answering()
            or chat.shown.now.conversation.title == ""
        ):
            return False
        path = self.services.conversations.path(chat.shown.now.conversation.id)
        shown = chat.transcript.ids == path and all(chat.transcript.shows(message) for message in path)
        return shown and path[-1] in (self._heard or ())

    def close(self) -> None:
        """Close the window, as a person does, and end everything behind it. Once."""
        if not shiboken6.isValid(self.desktop):
            return
        self.window.leaves_at_once = True
        self.window.close()
        self.desktop.close()
        self.window.deleteLater()
        self.desktop.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def short_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose path leaves room for that of a socket: with it goes what a killed desktop leaves."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        monkeypatch.setenv("COTERIE_HOME", str(home))
        yield home


@pytest.fixture(autouse=True)
def english_and_light() -> Iterator[None]:
    """What a test chose is not the next one's."""
    yield
    if themes.choice() != ("light", 100, "system"):
        themes.choose("light")
    if languages.current != "en":
        languages.choose("en")


@pytest.fixture
def make_desktop(
    qtbot: QtBot, coterie_home: Path, looks: Callable[[], None]
) -> Iterator[Callable[..., Running]]:
    """Makes desktops that are closed when the test ends; keyword arguments go to the engine, but for `settings`."""
    made: list[Running] = []

    def make(**engine: Any) -> Running:
        looks()
        made.append(Running(qtbot, coterie_home, **engine))
        put_on_style(made[-1].window)
        return made[-1]

    yield make
    for running in made:
        running.close()


@pytest.fixture
def running(make_desktop: Callable[..., Running]) -> Running:
    return make_desktop().ready()


@pytest.fixture
def looks(qapp: QApplication) -> Iterator[Callable[[], None]]:
    """Light, English, 100 %, and styled as the product is. What it gives leaves the style to the windows."""
    themes.choose("light")
    languages.choose("en")

    def restyle() -> None:
        qapp.setStyleSheet(style_sheet(themes.current))

    restyle()
    themes.changed.connect(restyle)
    styled = [restyle]

    def undress() -> None:
        if styled:
            themes.changed.disconnect(styled.pop())
            qapp.setStyleSheet("")

    yield undress
    undress()
    tasks.shutdown()
