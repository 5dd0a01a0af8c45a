"""The Runs page over real services, with models whose turns are written in advance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from agents.api import ChatModel
from agents.events import Mode
from app.desktop.base import tasks
from app.desktop.base.bridge import Bridge
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.runs.run_list import heading_text, note_text
from app.desktop.runs.run_state import RunListState
from app.desktop.runs.runs_page import RunsPage
from app.services.runs.values import RunRecord, RunSpec
from app.services.services import Services, open_services
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.support.agents.scripted_brain import ScriptedBrain
from tests.support.engines.scripted_engine import ScriptedEngine

WRITE = ("write_file", {"path": "plan.csv", "content": "a,b\n"})


class ScriptedModels:
    """Gives a run the model of its name, or the one named ""."""

    def __init__(self) -> None:
        self.model_registry: dict[str, ScriptedBrain] = {}

    def chat_model(self, name: str = "", *_: object, **__: object) -> ChatModel:
        return self.model_registry.get(name) or self.model_registry[""]


class RunsBench:
    """The page in a bare window. `said` and `failures` are what it wants to be told at the foot and on top."""

    def __init__(self, qtbot: QtBot, services: Services, folder: Path) -> None:
        self.qtbot, self.services, self.folder = qtbot, services, folder
        folder.mkdir()
        self.said: list[Notification] = []
        self.failures: list[UserError] = []
        self._model_registry = ScriptedModels()
        services.model_registry.chat_model = self._model_registry.chat_model  # type: ignore[method-assign]
        self.bridge, self.calls = Bridge(), ServiceCalls()
        self.shelf = RunListState(self.calls, self.calls)
        self.page = RunsPage(self.calls, self.shelf)
        self.window = QWidget()
        row = QHBoxLayout(self.window)
        row.addWidget(self.page.side)
        row.addWidget(self.page, 1)
        self.window.resize(1200, 760)
        self.page.said.connect(self.said.append)
        self.calls.failed.connect(self.failures.append)
        self.bridge.events.connect(self.shelf.take_events)
        self.bridge.events.connect(self.page.take_events)
        self.bridge.attach(services)
        self.calls.attach(services)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.shelf.begin()
        self.page.open()
        self.until(lambda: self.shelf.is_read)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def start(
        self, chat_model: ScriptedBrain, task: str = "Make a plan", mode: Mode = "ask", model: str = ""
    ) -> RunRecord:
        """Start a run behind the page's back."""
        self.chat_model(chat_model, model)
        return self.services.runs.start(RunSpec(task, str(self.folder), model, mode))

    def chat_model(self, chat_model: ScriptedBrain, model: str = "") -> None:
        """Who answers runs from now on."""
        self._model_registry.model_registry[model] = chat_model

    def opened(self, run: int) -> None:
        """Show a run and wait until it is read."""
        self.until(lambda: self.shelf.get(run) is not None)
        self.page.show_run(run)
        self.until(lambda: self.page.reading.view is not None)

    def ended(self, run: int) -> None:
        assert self.services.runs.join(run, 300)

    def notes(self) -> list[tuple[str, str]]:
        """What the list says of runs, with what stands at the right of each."""
        rows = [row for row in self.page.side.model.rows() if row.recipe is None]
        return [
            (row.run.title, note_text(row)) if row.run is not None else (heading_text(row.heading), "")
            for row in rows
            if row.run is not None or (row.heading is not None and row.heading != "recipes")
        ]

    def close(self) -> None:
        self.bridge.detach()
        tasks.shutdown()
        self.services.close()
        self.window.close()
        for thing in (self.window, self.bridge, self.calls):
            thing.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def runs(qtbot: QtBot, coterie_home: Path, looks: None, tmp_path: Path) -> Iterator[RunsBench]:
    coterie_home.mkdir(parents=True, exist_ok=True)
    services = open_services(coterie_home, make_engine=ScriptedEngine)
    bench = RunsBench(qtbot, services, tmp_path / "invoices")
    yield bench
    bench.close()


@pytest.fixture
def desktop(make_desktop: Callable[..., Running]) -> tuple[Running, ScriptedModels]:
    """The whole window, on another page than that of runs."""
    running, model_registry = make_desktop().start(), ScriptedModels()
    running.services.model_registry.chat_model = model_registry.chat_model  # type: ignore[method-assign]
    return running, model_registry
