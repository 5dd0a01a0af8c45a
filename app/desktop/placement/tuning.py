"""Tuning a model from the page: start, progress, and what becomes of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.language import languages
from app.desktop.placement.tune_card import TuneCard
from app.desktop.service_calls import ServiceCalls
from app.services.events import TuneProgress
from engine.errors import UserError
from engine.placement.plan import Wishes

if TYPE_CHECKING:
    from app.services.placements import Tuned
    from app.services.services import Services


def load_with(services: Services, path: str, wishes: Wishes) -> None:
    """Keep the wishes and load the model with them. Blocks; raises what keeping and loading raise."""
    from app.services.models import STARTER, resolve_model

    services.placements.keep_wishes(path, wishes)
    try:
        starter = str(resolve_model(STARTER))
    except UserError:
        starter = ""
    services.models.use(STARTER if path == starter else path)


class Tuning(QObject):
    """`ended` carries the path of the model once the result was kept or left."""

    ended = Signal(str)

    def __init__(self, calls: ServiceCalls, card: TuneCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._path = ""
        self._tuned: Tuned | None = None
        card.keep_wanted.connect(self._keep)
        card.undo_wanted.connect(self._undo)

    def start(self, path: str) -> None:
        self._path, self._tuned = path, None
        self._card.start()
        self._calls.do(
            lambda s: s.placements.tune(path),  # type: ignore[attr-defined]
            self._done,
            self._failed,
            executor="io",
            owner=self,
        )

    def show_progress(self, progress: TuneProgress) -> None:
        if progress.path == self._path:
            self._card.show_progress(progress.done, progress.total)

    def _done(self, tuned: Tuned) -> None:
        self._tuned = tuned
        self._card.show_result(tuned.before.decode_tps, tuned.after.decode_tps)

    def _failed(self, error: UserError) -> None:
        self._card.show_failure(languages.tell(error))

    def _keep(self) -> None:
        """Close the card; a better placement is kept for this model and loaded."""
        path, tuned = self._path, self._tuned
        self._card.hide()
        if tuned is not None and self._card.better():
            self._calls.do(lambda s: load_with(s, path, tuned.wishes), executor="io")
            self.ended.emit(path)

    def _undo(self) -> None:
        """Leave everything as it was."""
        self._card.hide()
        self.ended.emit(self._path)
