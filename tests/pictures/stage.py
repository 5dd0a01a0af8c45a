"""The window that pictures are taken of: the real desktop over a real store, with an engine, a hub, a library and
placements that are written by hand, so that it shows the same on every machine."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtWidgets import QApplication

from agents.api import ChatModel
from agents.permissions.values import Decision
from app.desktop.application import Desktop, dress
from app.desktop.base import tasks
from app.desktop.base.background import background
from app.desktop.base.style import put_on_style
from app.desktop.window.main_window import MainWindow
from app.services.runs.values import RunSpec
from app.services.services import Services, open_services
from app.services.settings.settings import SettingsFile
from app.store.store import Store
from engine.errors import ErrorInfo
from engine.placement.plan import PlacementOptions, PlannedModel
from tests.app.desktop.placement import plans
from tests.support.chats.demo import write_conversations
from tests.support.chats.invoices import INVOICES, TASK, write_invoices
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.library.shelves import QWEN, Shelves
from tests.support.placement.hand_made_placements import HandMadePlacements

PATIENCE_S = 60.0
# The window is at rest when nothing has changed in it for so long.
REST_S = 0.4
_EXPLANATION = ErrorInfo(
    "plan.cached",
    {
        "slots": 32, "experts": 128, "layers": 40, "device": "GPU", "used_bytes": 7_500_000_000,
        "budget_bytes": 7_600_000_000, "ram_bytes": 13_400_000_000, "ram_budget_bytes": 52_000_000_000, "tps": 41,
    },
)  # fmt: skip
# The model of the library that is in use, on a small graphics card with a cache of experts.
MODEL = msgspec.structs.replace(
    plans.cached(),
    path=next(model for model in Shelves().fill().library.all if model.repo == QWEN).path,
    plan=msgspec.structs.replace(plans.cached().plan, explanation=_EXPLANATION),
)


class _Placements(HandMadePlacements):
    """A model that was not written down is placed as the dense one."""

    def planned(self, path: str, options: PlacementOptions) -> PlannedModel:
        return super().planned(path if path in self.by_path else plans.dense().path, options)


class Stage:
    """One view of one look. `open` starts the desktop; what stands in the data folder is written before."""

    def __init__(self, application: QApplication, folder: Path, theme: str, language: str) -> None:
        self._application, self.folder, self.language = application, folder, language
        shutil.rmtree(folder, ignore_errors=True)
        self.home = folder / "data"
        self.home.mkdir(parents=True)
        self._settings = SettingsFile(self.home / "settings.toml")
        self.change(theme=theme, language=language, welcomed=True, load_model="start", model=MODEL.path)
        self.shelves = Shelves().fill()
        self.placements = _Placements(MODEL, plans.dense())
        self._desktop: Desktop | None = None

    def change(self, **settings: Any) -> None:
        self._settings.change(**settings)

    def write_chats(self) -> tuple[int, int]:
        """Store the demo conversations; the ids of the long answer's and of the one with tool calls."""
        with Store.open(self.home / "coterie.db", self.home / "backups") as store:
            return write_conversations(store, self.language)

    @property
    def window(self) -> MainWindow:
        assert self._desktop is not None
        return self._desktop.window

    @property
    def services(self) -> Services:
        assert self._desktop is not None and self._desktop.services is not None
        return self._desktop.services

    def open(self, height: int = 800) -> MainWindow:
        """Start the desktop and show its window; what it finds in the data folder may still be coming."""
        dress(self._application, self._settings)
        self._desktop = Desktop(self.home, self._settings, self._opened)
        put_on_style(self.window)
        self.window.resize(1280, height)
        self._desktop.start()
        return self.window

    def ready(self, height: int = 800) -> MainWindow:
        """The same, and the model is loaded."""
        window = self.open(height)
        self.until(lambda: self._desktop is not None and self._desktop.services is not None)
        self.until(
            lambda: (
                self.services.models.state.error is not None or self.services.models.state.state == "ready"
            )
        )
        assert self.services.models.state.state == "ready", self.services.models.state
        return window

    def _opened(self, home: Path, settings: SettingsFile) -> Services:
        services = open_services(
            home, settings, lambda listener: ScriptedEngine(listener, name="Qwen3-30B-A3B")
        )
        services.placements = self.placements  # type: ignore[assignment]
        self.shelves.put_into(services)
        services.answers.recover()
        return services

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until the condition holds."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def start_run(self, chat_model: ChatModel) -> int:
        """Start the run of the invoices with a model whose turns are written; its id."""
        workspace = self.folder / INVOICES[self.language]
        write_invoices(workspace)
        self.services.model_registry.chat_model = lambda *_, **__: chat_model  # type: ignore[assignment,misc]
        return self.services.runs.start(RunSpec(TASK[self.language], str(workspace))).id

    def decide(self, run: int, *, last: str) -> None:
        """Answer the questions of the run until it asks for the tool `last` or has ended: yes, but no shell."""
        runs = self.services.runs

        def asks() -> bool:
            return runs.pending(run) is not None or runs.join(run, 0)

        self.until(asks)
        while (request := runs.pending(run)) is not None and request.tool != last:
            runs.decide(run, request.call, Decision(request.tool != "shell"))
            self.until(lambda asked=request: runs.pending(run) is not asked)  # type: ignore[misc]
            self.until(asks)

    def type(self, text: str) -> None:
        """Type into what has the keyboard focus."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(QApplication.focusWidget(), event)

    def picture(self) -> QImage:
        """The window once it is at rest."""
        self._finish_work()
        image = self.window.grab().toImage()
        rested = time.monotonic()
        end = rested + PATIENCE_S
        while time.monotonic() - rested < REST_S:
            if time.monotonic() > end:
                raise TimeoutError("the window does not come to rest")
            self._finish_work()
            newer = self.window.grab().toImage()
            if newer != image:
                image, rested = newer, time.monotonic()
        return image

    def _finish_work(self) -> None:
        """Let every executor end what it was given: all its threads meet behind it."""
        met: list[object] = []
        counts = {"db": 1, "io": tasks.IO_THREADS, **tasks.PATIENT_THREADS}
        for name, count in counts.items():
            meeting = threading.Barrier(count)
            for _ in range(count):
                tasks.run_in_background(partial(meeting.wait, PATIENCE_S), met.append, executor=name)  # type: ignore[arg-type]
        background().submit(lambda: None, met.append)  # draws formulas, one after the other
        self.until(lambda: len(met) == sum(counts.values()) + 1)

    def close(self) -> None:
        """Close the window, end everything behind it and remove its data."""
        desktop = self._desktop
        if desktop is not None and shiboken6.isValid(desktop):
            desktop.window.close()
            desktop.close()
            desktop.window.deleteLater()
            desktop.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        shutil.rmtree(self.folder, ignore_errors=True)
