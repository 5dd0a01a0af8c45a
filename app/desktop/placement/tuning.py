"""Tuning a model from the page: start, progress, and what becomes of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.placement.tune_card import TuneCard
from app.services.placement.events import TuneProgress
from engine.errors import UserError
from engine.placement.plan import PlacementOptions

if TYPE_CHECKING:
    from app.services.placement.trials import Tuned
    from app.services.services import Services


def use_path(services: Services, path: str) -> None:
    """Load the model of a file as a person chose it: the starter stays "starter". Raises what loading does."""
    from app.services.library.resolving import resolve_model
    from app.services.models.models import STARTER

    try:
        starter = str(resolve_model(STARTER))
    except UserError:
        starter = ""
    services.models.use(STARTER if path == starter else path)


def load_with(services: Services, path: str, options: PlacementOptions) -> None:
    """Keep the wishes and load the model with them. Raises what keeping and loading do."""
    services.placements.keep_options(path, options)
    use_path(services, path)


def load_tuned(services: Services, path: str, tuned: Tuned) -> None:
    """Keep what tuning found and load the model with it. Raises what keeping and loading do."""
    services.placements.keep_tuned(path, tuned)
    use_path(services, path)


class Tuning(QObject):
    """`changed`: tuning began or ended. `kept` carries the path of a model whose wishes are other ones now."""

    changed = Signal()
    kept = Signal(str)

    def __init__(self, calls: ServiceCalls, card: TuneCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._path = ""
        self._tuned: Tuned | None = None
        card.keep_wanted.connect(self._keep)
        card.leave_wanted.connect(card.hide)
        card.cancel_wanted.connect(self._cancel)

    def start(self, path: str, options: PlacementOptions) -> None:
        """Tune around these wishes."""
        self._path, self._tuned = path, None
        self._card.start()
        self.changed.emit()
        self._calls.do(lambda s: s.placements.tune(path, options), self._done, self._failed, executor="io")

    def show_progress(self, progress: TuneProgress) -> None:
        if progress.path == self._path and self._card.running():
            self._card.show_progress(progress)

    def _done(self, tuned: Tuned) -> None:
        self._tuned = tuned
        self._card.show_result(tuned.before, tuned.after)
        self.changed.emit()

    def _failed(self, error: UserError) -> None:
        if error.code == "engine.load_cancelled":
            self._card.hide()
        else:
            self._card.show_failure(languages.tell(error))
        self.changed.emit()

    def _cancel(self) -> None:
        services = self._calls.services
        if services is not None:
            services.placements.trials.cancel()

    def _keep(self) -> None:
        """Close the card; a better placement is kept for this model and loaded."""
        path, tuned = self._path, self._tuned
        better = self._card.better()
        self._card.hide()
        if tuned is not None and better:
            self._calls.do(lambda s: load_tuned(s, path, tuned), executor="io")
            self.kept.emit(path)
