"""The page over scripted services, without the window and the store around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from agents.check.check import Checked
from app.desktop.base import tasks
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.model_picker.tool_checking import ToolChecking
from app.desktop.models.models_page import ModelsPage
from app.services.events import EventBus, ServiceEvent
from app.services.library.events import LibraryChanged
from app.services.settings.settings import Settings
from app.store.records import ToolCheck
from engine.errors import UserError
from tests.app.desktop.placement import plans
from tests.support.library.shelves import Shelves
from tests.support.placement.hand_made_placements import HandMadePlacements


class Told(QObject):
    """Brings events of service threads to the GUI thread, as the bridge does."""

    events = Signal(list)


class ChangingSettings:
    """Settings in memory."""

    def __init__(self) -> None:
        self.current = Settings()

    def change(self, **fields: Any) -> Settings:
        self.current = Settings(**fields)
        return self.current


class ScriptedToolChecks:
    """Checks that take as many tasks as the test lets go on; what is found is `found`, kept by path."""

    def __init__(self) -> None:
        self.kept: dict[str, ToolCheck] = {}
        self.found = Checked("fair", 8, 10, ("korean", "two_calls"), 21.0)
        self.error: UserError | None = None
        self.go_on = threading.Semaphore(0)
        self.events = EventBus()

    def by_path(self, paths: Iterable[str]) -> dict[str, ToolCheck]:
        return {path: self.kept[path] for path in paths if path in self.kept}

    def run(
        self, model: str, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> Checked | None:
        if self.error is not None:
            raise self.error
        for done in range(1, self.found.total + 1):
            while not self.go_on.acquire(timeout=0.01):
                if cancelled():
                    return None
            progress(done, self.found.total)
        found = self.found
        self.kept[model] = ToolCheck(
            model, 1.0, found.rating, found.passed, found.total, ", ".join(found.failed)
        )
        self.events.publish(LibraryChanged())
        return found


class Open:
    """A page that is open, with what stands behind it; `said`, `used` and `failed` list what it told."""

    def __init__(self, qtbot: QtBot, shelves: Shelves, size: tuple[int, int]) -> None:
        self.qtbot, self.shelves = qtbot, shelves
        self.hub, self.library, self.downloads = shelves.hub, shelves.library, shelves.downloads
        self.said: list[Notification] = []
        self.used: list[str] = []
        self.failed: list[UserError] = []
        self.placements = HandMadePlacements(plans.qwen())
        self.settings = ChangingSettings()
        self.window = QWidget()
        self._told = Told(self.window)
        self.calls = ServiceCalls(self.window)
        self.calls.failed.connect(self.failed.append)
        self.tool_checks = ScriptedToolChecks()
        self.tool_checking = ToolChecking(self.calls, self.window)
        self.page = ModelsPage(self.calls, self.tool_checking, self.window)
        self._told.events.connect(self.page.take_events)
        for service in (self.library, self.downloads, self.placements, self.tool_checks):
            service.events.subscribe(ServiceEvent, self._tell)
        self.page.said.connect(self.said.append)
        self.page.use_wanted.connect(self.used.append)
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        self.page.side.setParent(self.window)
        self.page.side.setFixedWidth(264)
        row.addWidget(self.page.side)
        row.addWidget(self.page, 1)
        self.window.resize(*size)
        self.window.show()
        services = SimpleNamespace(
            hub=self.hub,
            library=self.library,
            downloads=self.downloads,
            secrets=shelves.secrets,
            placements=self.placements,
            settings=self.settings,
            tool_checks=self.tool_checks,
        )
        self.calls.attach(services)  # type: ignore[arg-type]

    def _tell(self, event: ServiceEvent) -> None:
        self._told.events.emit([event])

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def ready(self) -> Open:
        """Opened, and everything is read."""
        self.page.open()
        self.until(lambda: self.page.shelf.models is not None)
        self.until(lambda: bool(self.page.discover.catalogue.grid.cards()) or not self.hub.entries)
        QApplication.processEvents()
        return self

    def view(self, name: str) -> Any:
        self.page.show_view(name)
        QApplication.processEvents()
        return getattr(self.page, name)

    def search(self, text: str) -> None:
        """Ask for `text` and wait for the end of the search, or for as many as are shown at first."""
        discover = self.page.discover
        asked = len(self.hub.asked)
        discover.bar.search(text)
        self.until(lambda: len(self.hub.asked) > asked)
        self.until(lambda: not discover.searching.running() or discover.searching.waits())
        QApplication.processEvents()

    def open_repo(self, repo: str) -> None:
        self.page.show_repo(repo)
        self.until(lambda: not self.page.discover.reading.running())
        QApplication.processEvents()

    def close(self) -> None:
        self.hub.hold.clear()
        self.library.hold.clear()
        self.page.leave()
        tasks.shutdown()  # what still runs would tell widgets of it that are gone
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def make_page(qtbot: QtBot, looks: None) -> Iterator[Callable[..., Open]]:
    """Makes pages that are closed when the test ends."""
    made: list[Open] = []

    def make(shelves: Shelves | None = None, size: tuple[int, int] = (1220, 800)) -> Open:
        made.append(Open(qtbot, shelves or Shelves().fill(), size))
        return made[-1]

    yield make
    for opened in made:
        opened.close()


@pytest.fixture
def opened(make_page: Callable[..., Open]) -> Open:
    """A page with an evening's use in it."""
    return make_page().ready()
