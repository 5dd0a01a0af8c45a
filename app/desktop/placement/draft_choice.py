"""Which model guesses ahead for the shown one: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.placement.options_card import OptionsCard

if TYPE_CHECKING:
    from app.services.placement.placements import ModelEntry


class DraftChoice(QObject):
    """Connects the card of wishes with the services."""

    def __init__(self, calls: ServiceCalls, card: OptionsCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._path = ""

    def show_model(self, path: str) -> None:
        """The model whose choices are shown."""
        if path == self._path:
            return
        self._path = path
        self._card.show_draft_models(())
        self.read()

    def read(self) -> None:
        """Look again: models may have come or gone."""
        path = self._path
        if path:
            self._calls.do(
                lambda s: s.placements.draft_models(path),
                lambda entries: self._take(path, entries),
                lambda _: self._take(path, ()),
                executor="io",
                owner=self,
            )

    def _take(self, path: str, entries: tuple[ModelEntry, ...]) -> None:
        if path == self._path:
            self._card.show_draft_models(entries)
