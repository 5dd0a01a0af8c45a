"""Looks through what a run changed: opens the review, drops and commits what a person chose."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from agents.events import Undone
from agents.review.values import Dropped, Review
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.run_view.restoring import Restoring
from app.desktop.run_view.review.commit_sheet import CommitSheet
from app.desktop.run_view.review.review_sheet import ReviewSheet
from app.desktop.run_view.undoing import Undoing
from app.desktop.text.words import counted
from engine.remote.names import is_remote

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.runs.review.committing import Committed
    from app.services.services import Services


class Reviewing(QObject):
    """`said` carries what was done, for the foot of the window. What is dropped comes back through `undoing`."""

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, undoing: Undoing, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._undoing, self._window = calls, undoing, window
        self._reading: Task | None = None
        self.restoring = Restoring(calls, window)
        self.sheet: ReviewSheet | None = None
        self.commit_sheet: CommitSheet | None = None

    def open(self, run: int) -> None:
        """Show all that the run changed."""
        self._reading = self._calls.do(
            lambda s: s.runs.reviews.read(run),
            lambda review: self._show(run, review),
            executor="io",
            owner=self,
            instead_of=self._reading,
        )

    def _show(self, run: int, review: Review) -> None:
        if not review.files:
            self.said.emit(Notification(self.tr("This run changes no file now")))
            return
        if self.sheet is not None:
            self.sheet.close_overlay()
        sheet = self.sheet = ReviewSheet(review, self._window.window())
        sheet.drop_wanted.connect(lambda: self._drop(run, review, sheet))
        sheet.commit_wanted.connect(lambda: self._begin_commit(run, review, sheet))
        sheet.closed.connect(lambda: self._closed(sheet))
        sheet.open()

    def _closed(self, sheet: ReviewSheet) -> None:
        if self.sheet is sheet:
            self.sheet = None
        sheet.deleteLater()

    # Dropping

    def _drop(self, run: int, review: Review, sheet: ReviewSheet) -> None:
        dropped, count = sheet.view.choice.dropped(), sheet.view.choice.dropped_count
        self.restoring.do(
            lambda s, stop, progress: s.runs.reviews.drop(run, review, dropped, stop, progress),
            lambda undone: self._dropped(run, undone, count, sheet),
            sheet.say,
        )

    def _dropped(self, run: int, undone: Undone, count: int, sheet: ReviewSheet) -> None:
        sheet.close_overlay()
        if undone.stopped:
            words = self.tr("Stopped. Some changes are not dropped yet")
            self.said.emit(Notification(words, self.tr("Review"), partial(self.open, run)))
            return
        words = counted(count, self.tr("1 change dropped"), self.tr("{count} changes dropped"))
        if undone.conflicts:
            words = self.tr(
                "Changes dropped, but not where someone has changed these files since: {paths}"
            ).format(paths=", ".join(undone.conflicts[:3]))
        self.said.emit(Notification(words, self.tr("Undo"), lambda: self._undoing.redo(run)))

    # Committing

    def _begin_commit(self, run: int, review: Review, sheet: ReviewSheet) -> None:
        chosen = sheet.view.choice.kept()
        self._calls.do(
            lambda s: (s.runs.reviews.branch(run), _is_at_hand(s, run)),
            lambda found: self._show_commit(run, review, chosen, *found),
            sheet.say,
            executor="io",
            owner=self,
        )

    def _show_commit(self, run: int, review: Review, chosen: Dropped, branch: str, at_hand: bool) -> None:
        if self.sheet is None:
            return
        sheet = self.commit_sheet = CommitSheet(branch, len(chosen), self._window.window())
        given_up = threading.Event()
        sheet.proposal_wanted.connect(lambda: self._propose(run, review, chosen, sheet, given_up))
        sheet.commit_wanted.connect(lambda message: self._commit(run, review, chosen, message, sheet))
        sheet.closed.connect(given_up.set)
        sheet.closed.connect(lambda: self._commit_closed(sheet))
        sheet.open()
        if at_hand:
            self._propose(run, review, chosen, sheet, given_up)

    def _commit_closed(self, sheet: CommitSheet) -> None:
        if self.commit_sheet is sheet:
            self.commit_sheet = None
        sheet.deleteLater()

    def _propose(
        self, run: int, review: Review, chosen: Dropped, sheet: CommitSheet, given_up: threading.Event
    ) -> None:
        sheet.show_proposing()
        self._calls.do(
            lambda s: s.runs.reviews.propose_message(run, review, chosen, given_up.is_set),
            sheet.take_proposal,
            sheet.say,
            executor="net",
            owner=sheet,
        )

    def _commit(self, run: int, review: Review, chosen: Dropped, message: str, sheet: CommitSheet) -> None:
        self._calls.do(
            lambda s: s.runs.reviews.commit(run, review, chosen, message),
            lambda done: self._committed(done, sheet),
            sheet.say,
            executor="io",
            owner=sheet,
        )

    def _committed(self, done: Committed, sheet: CommitSheet) -> None:
        sheet.close_overlay()
        if self.sheet is not None:
            self.sheet.close_overlay()
        files = counted(len(done.paths), self.tr("1 file"), self.tr("{count} files"))
        words = self.tr("{files} committed as {name}").format(files=files, name=done.name[:7])
        if done.left:
            words = self.tr("{done}. Ignored by git or in another repository: {paths}").format(
                done=words, paths=", ".join(done.left[:3])
            )
        self.said.emit(Notification(words))


def _is_at_hand(services: Services, run: int) -> bool:
    """Whether the run's model can write at once, without another one having to make room for it."""
    model, state = services.runs.get(run).model, services.models.state
    return is_remote(model) or (state.state == "ready" and model in ("", state.path, state.name))
