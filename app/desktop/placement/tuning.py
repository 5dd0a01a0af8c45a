"""Tuning a model from the page: start, progress, and what becomes of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.language import languages
from app.desktop.placement.tune_card import TuneCard
from app.desktop.service_calls import ServiceCalls
from app.services.events import TuneProgress
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.placements import Tuned


class Tuning(QObject):
    """`kept` carries the path and the wishes that hold from now on."""

    kept = Signal(str, object)

    def __init__(self, calls: ServiceCalls, card: TuneCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._path = ""
        self._tuned: Tuned | None = None
        card.keep_wanted.connect(self._keep)
        card.undo_wanted.connect(self._undo)
        card.cancel_wanted.connect(self._cancel)

    def start(self, path: str) -> None:
        self._path, self._tuned = path, None
        self._card.start()
        self._calls.do(lambda s: s.placements.tune(path), self._done, self._failed, executor="io", owner=self)

    def show_progress(self, progress: TuneProgress) -> None:
        if progress.path == self._path:
            self._card.show_progress(progress.done, progress.total)

    def _done(self, tuned: Tuned) -> None:
        self._tuned = tuned
        self._card.show_result(tuned.before.decode_tps, tuned.after.decode_tps)

    def _failed(self, error: UserError) -> None:
        self._card.show_failure(languages.tell(error))
