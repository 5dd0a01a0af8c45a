"""What a person wants of one run, carried out through the services."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from agents.permissions.values import Decision
from app.desktop.base.notification import Notification
from app.desktop.base.revealing import open_folder
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.run_view.exporting import Exporting
from app.desktop.run_view.review.reviewing import Reviewing
from app.desktop.run_view.seen_window import SeenWindow
from app.desktop.run_view.undoing import Undoing
from app.services.runs.values import RunRecord, Seen
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.events import RetryChoice


class RunCommands(QObject):
    """Commands on runs. `said` carries a `Notification`; `restored` a run that was brought back from the trash;
    `text_read` a handle and the text that it names; `refused` that a wish was not carried out."""

    said = Signal(object)
    restored = Signal(int)
    text_read = Signal(int, str, str)
    refused = Signal()

    def __init__(self, calls: ServiceCalls, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._window = calls, window
        self.undoing, self.exporting = Undoing(calls, window), Exporting(calls, window)
        self.reviewing = Reviewing(calls, self.undoing, window)
        self.undoing.said.connect(self.said)
        self.reviewing.said.connect(self.said)
        self.exporting.said.connect(self.said)
        self.seen: SeenWindow | None = None

    def pause(self, run: int) -> None:
        self._calls.do(lambda s: s.runs.pause(run), owner=self)

    def stop(self, run: int) -> None:
        self._calls.do(lambda s: s.runs.stop(run), owner=self)

    def stop_background(self, run: int, name: str) -> None:
        """End a command that the run has left running."""
        self._calls.do(lambda s: s.runs.stop_background(run, name), executor="io", owner=self)

    def resume(
        self,
        run: int,
        message: str = "",
        again: Mapping[str, RetryChoice] | None = None,
        *,
        plan: bool = False,
    ) -> None:
        """`plan`: one for the message comes first."""
        self._calls.do(
            lambda s: s.runs.resume(run, message, again, plan=plan), None, self._refuse, owner=self
        )

    def decide(self, run: int, call: str, decision: Decision) -> None:
        self._calls.do(lambda s: s.runs.decide(run, call, decision), owner=self)

    def revoke(self, grant: str) -> None:
        self._calls.do(lambda s: s.runs.grants.revoke(grant), owner=self)

    def read_text(self, run: int, handle: str) -> None:
        """A long text of the run, whole."""
        self._calls.do(
            lambda s: s.runs.kept(run, handle),
            lambda text: self.text_read.emit(run, handle, text),
            executor="io",
            owner=self,
        )

    def show_seen(self, run: RunRecord, step: int = 0, number: int = 0) -> None:
        """The messages that the model saw in a turn, which is shown with this number, 0: would see next."""
        self._calls.do(
            lambda s: s.runs.seen(run.id, step),
            lambda seen: self._take_seen(run.title, number, seen),
            executor="io",
            owner=self,
        )

    def _take_seen(self, title: str, number: int, seen: Seen) -> None:
        if self.seen is None:
            self.seen = SeenWindow(self._window)
        self.seen.show_seen(title, number, seen)

    def show_folder(self, run: RunRecord) -> None:
        self._calls.do(lambda _: open_folder(Path(run.workspace)), executor="io", owner=self)

    def delete(self, run: int) -> None:
        """Into the trash, with a way back for a while."""
        self._calls.do(lambda s: s.runs.delete(run), lambda _: self._deleted(run), owner=self)

    def _deleted(self, run: int) -> None:
        self.said.emit(Notification(self.tr("Run deleted"), self.tr("Undo"), lambda: self._restore(run)))

    def _restore(self, run: int) -> None:
        self._calls.do(lambda s: s.runs.restore(run), lambda _: self.restored.emit(run), owner=self)

    def _refuse(self, error: UserError) -> None:
        self._calls.failed.emit(error)
        self.refused.emit()
