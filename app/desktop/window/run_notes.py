"""What the window says of runs wherever a person is: how many wait for an answer, and how they ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.runs.run_state import RunListState
from app.desktop.widgets.toast import Toast
from app.services.runs.values import RunRecord
from app.store.records import RUNS_UNDER_WAY


class RunNotes(QObject):
    """`waiting` carries how many runs wait for an answer, `unseen` how many of schedules nobody has looked at;
    `show_wanted` a run that is to be shown; `told` comes with what is said of one, and its id."""

    told = Signal(str, int)
    waiting = Signal(int)
    unseen = Signal(int)
    show_wanted = Signal(int)

    def __init__(self, calls: ServiceCalls, toast: Toast, is_looked_at: Callable[[int], bool]) -> None:
        """`is_looked_at`: a person sees this run, which then tells by itself."""
        super().__init__(toast)
        self.shelf = RunListState(calls, self)
        self._toast, self._is_looked_at = toast, is_looked_at
        self._waiting = 0
        self.shelf.changed.connect(self._count)
        self.shelf.schedules.changed.connect(lambda: self.unseen.emit(len(self.shelf.schedules.unseen)))
        self.shelf.moved.connect(self._tell)

    def _count(self) -> None:
        waiting = self.shelf.waiting()
        if waiting != self._waiting:
            self._waiting = waiting
            self.waiting.emit(waiting)

    def _tell(self, before: RunRecord | None, run: RunRecord) -> None:
        if before is None or before.state == run.state or self._is_looked_at(run.id):
            return
        words = self._words(run) if before.state in RUNS_UNDER_WAY else ""
        if words:
            self.told.emit(words, run.id)
            QApplication.alert(self._toast.window())  # marks it in the task bar when another one is in front
            self._toast.say(
                words, self.tr("Show"), lambda: self.show_wanted.emit(run.id), about=("run", run.id)
            )

    def _words(self, run: RunRecord) -> str:
        """Nothing of what a person did themself, or what goes on by itself."""
        if run.state == "waiting":
            return self.tr("“{title}” needs you").format(title=run.title)
        if run.state == "completed":
            return self.tr("“{title}” is done").format(title=run.title)
        if run.state == "failed":
            return self.tr("“{title}” failed").format(title=run.title)
        if run.state == "stopped" and run.reason != "user":
            return self.tr("“{title}” stopped before it was done").format(title=run.title)
        return ""
