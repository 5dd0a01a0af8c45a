"""Taking back what a run did to files: what would become of them, what of it is wanted, and the way forward again."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from agents.events import Undone
from agents.snapshots.values import UndoPlan
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.run_view.restoring import Restoring
from app.desktop.run_view.undo_dialog import UndoDialog
from app.desktop.text.words import counted

if TYPE_CHECKING:
    from app.services.services import Services


def needs_look(plan: UndoPlan) -> bool:
    """Whether a person has to see it before it is done: somebody changed a file since, or it cannot be put back
    whole. All else can be taken back itself, so it is done at once."""
    return any(step.action in ("conflict", "lost") for step in plan.steps)


class Undoing(QObject):
    """`said` carries what was done, with the way back, for the foot of the window."""

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._window = calls, window
        self.restoring = Restoring(calls, window)
        self.dialog: UndoDialog | None = None

    def undo(
        self,
        run: int,
        calls: Collection[str] | None = None,
        paths: Collection[str] | None = None,
        after: int = 0,
    ) -> None:
        """As `Runs.undo_plan` has it."""
        self._calls.do(
            lambda s: s.runs.undo_plan(run, calls, paths, after),
            lambda plan: self._take_plan(run, plan),
            executor="io",
            owner=self,
        )

    def undo_last(self, run: int, said: str = "") -> None:
        """What the last message changed, as `undo_of_last` has it."""

        def plan(services: Services) -> UndoPlan:
            from app.services.runs.slash import undo_of_last

            return undo_of_last(services.runs, run, said)

        self._calls.do(plan, lambda plan: self._take_plan(run, plan), executor="io", owner=self)

    def redo(self, run: int) -> None:
        """Take the last undoing back."""
        self._calls.do(
            lambda s: s.runs.redo_plan(run),
            lambda plan: self._take_plan(run, plan),
            executor="io",
            owner=self,
        )

    def _take_plan(self, run: int, plan: UndoPlan) -> None:
        if not needs_look(plan):
            self._do(run, plan, ())
            return
        if self.dialog is not None:
            self.dialog.close_overlay()
        dialog = self.dialog = UndoDialog(plan, self._window.window())
        dialog.accepted.connect(lambda: self._do(run, plan, dialog.force))
        dialog.accepted.connect(lambda: self._closed(dialog))
        dialog.rejected.connect(lambda: self._closed(dialog))
        dialog.open()

    def _closed(self, dialog: UndoDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def _do(self, run: int, plan: UndoPlan, force: Collection[str]) -> None:
        self.restoring.do(
            lambda s, stop, progress: s.runs.undo(run, plan, force, stop, progress),
            lambda undone: self.tell(run, undone),
        )

    def tell(self, run: int, undone: Undone) -> None:
        """Say what was done, with the way back, or on where it was stopped."""
        count = undone.count
        left = len(undone.conflicts)
        words = counted(count, self.tr("1 file restored"), self.tr("{count} files restored"))
        if undone.redo:
            words = counted(count, self.tr("1 file redone"), self.tr("{count} files redone"))
        if left:
            words = self.tr("{done}. {count} changed since and were left alone").format(
                done=words, count=left
            )
        if undone.stopped:
            words = self.tr("Stopped. {done}").format(done=words)
            go_on = partial(self.redo, run) if undone.redo else partial(self.undo, run, undone.calls)
            self.said.emit(Notification(words, self.tr("Continue"), go_on))
        elif undone.redo:
            self.said.emit(Notification(words, self.tr("Undo"), lambda: self.undo(run, undone.calls)))
        else:
            self.said.emit(Notification(words, self.tr("Redo"), lambda: self.redo(run)))
