"""Looks at a model file that a person opened outside, and offers it: nothing is added or loaded before a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.models.discover.verdicts import Verdicts
from app.desktop.models.offered_card import OfferedCard
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.library.values import LookedAt


class Offering(QObject):
    """Fills the card. `known` carries the id of a model that the library has already; `use_wanted` and `add_wanted`
    carry a path; `closed` comes when a person puts the card away that had the focus."""

    known = Signal(str)
    use_wanted = Signal(str)
    add_wanted = Signal(str)
    closed = Signal()

    def __init__(self, calls: ServiceCalls, card: OfferedCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._task: Task | None = None
        self._path = ""
        self._verdicts = Verdicts(calls, self)
        self._verdicts.changed.connect(self._show_verdict)
        card.use.clicked.connect(lambda: self.use_wanted.emit(self._put_away()))
        card.add.clicked.connect(lambda: self.add_wanted.emit(self._put_away()))
        card.close_button.clicked.connect(self._close)

    def look(self, path: str) -> None:
        """Show what the file at `path` is, in place of one before it. What is wrong is told over the page."""
        self._path = ""
        self._card.show_looking(path)
        self._task = self._calls.do(
            lambda s: s.library.look_at(path),
            self._take,
            self._refuse,
            executor="files",
            owner=self,
            instead_of=self._task,
        )

    def _take(self, found: LookedAt) -> None:
        self._task = None
        if found.known:
            self._card.hide()
            self.known.emit(found.model.id)
            return
        self._path = found.model.path
        self._card.show_model(found.model)
        self._verdicts.forget()
        self._verdicts.ask([self._path])

    def _refuse(self, error: UserError) -> None:
        self._close()
        self._calls.failed.emit(error)

    def _show_verdict(self, path: str) -> None:
        if path == self._path:
            self._card.show_verdict(self._verdicts.of(path), has_template=self._verdicts.has_template(path))

    def _put_away(self) -> str:
        """Hide the card; the path it showed."""
        path, self._path = self._path, ""
        self._card.hide()
        return path

    def _close(self) -> None:
        had_focus = holds_focus(self._card)
        if self._task is not None:
            self._task.cancel()
        self._task = None
        self._put_away()
        if had_focus:
            self.closed.emit()
