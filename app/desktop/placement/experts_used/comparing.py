"""Comparing a model with itself with fewer experts, from the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.placement.experts_used.comparison_card import ComparisonCard
from engine.errors import UserError
from engine.placement.plan import PlacementOptions

if TYPE_CHECKING:
    from engine.local.measure.fewer_experts import ExpertsResult


class Comparing(QObject):
    """`changed`: a comparison began or ended."""

    changed = Signal()

    def __init__(self, calls: ServiceCalls, card: ComparisonCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._path = self._shown = ""
        card.cancel_wanted.connect(self._cancel)
        card.close_button.clicked.connect(self._forget)

    def start(self, path: str, options: PlacementOptions) -> None:
        """Measure the model at `path`, placed as these options say."""
        self._path = self._shown = path
        self._card.start()
        self.changed.emit()
        self._calls.do(
            lambda s: s.placements.compare_experts(path, options), self._done, self._failed, executor="io"
        )

    def show_model(self, path: str) -> None:
        """The model that is shown now; what was found says nothing of another."""
        self._shown = path
        if not self._card.running():
            self._card.setVisible(path == self._path)

    def _done(self, found: tuple[ExpertsResult, ...]) -> None:
        self._card.show_result(found)
        self._ended()

    def _failed(self, error: UserError) -> None:
        if error.code == "engine.load_cancelled":
            self._card.show_result(())
            self._forget()
        else:
            self._card.show_failure(languages.tell(error))
        self._ended()

    def _ended(self) -> None:
        self.show_model(self._shown)
        self.changed.emit()

    def _forget(self) -> None:
        self._path = ""

    def _cancel(self) -> None:
        services = self._calls.services
        if services is not None:
            services.placements.trials.cancel()
