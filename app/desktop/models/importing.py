"""Takes models into the library where they lie: chosen files and folders, and those of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.models.import_card import ImportCard
from app.store.records import LibraryModel, ModelOrigin
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.library.values import Found
    from app.services.services import Services

Wanted = list[tuple[str, ModelOrigin]]


class Importing(QObject):
    """Fills the card of what was found elsewhere. `imported` carries the models that are in the library now; what
    could not be taken in is told over the page."""

    imported = Signal(object)

    def __init__(self, calls: ServiceCalls, card: ImportCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        card.import_wanted.connect(self._take_found)

    def look(self) -> None:
        """Show the card and look what other programs have."""
        card = self._card
        card.show_searching()
        card.show()
        card.close_button.setFocus()
        self._calls.do(lambda s: s.library.found_elsewhere(), self._show_found, executor="files")

    def take_paths(self, paths: list[str]) -> None:
        """Files, and folders with all models in them."""
        self._take([(path, "file") for path in paths])

    def _show_found(self, found: tuple[Found, ...]) -> None:
        self._card.show_found(found)
        if holds_focus(self._card) and self._card.go.isVisible():
            self._card.go.setFocus()

    def _take_found(self, found: list[Found]) -> None:
        self._card.hide()
        self._take([(each.path, each.origin) for each in found])

    def _take(self, wanted: Wanted) -> None:
        self._calls.do(lambda s: _imported(s, wanted), self._told, executor="files")

    def _told(self, result: tuple[list[LibraryModel], list[UserError]]) -> None:
        models, errors = result
        if errors:
            self._calls.failed.emit(errors[0])
        if models:
            self.imported.emit(models)


def _imported(services: Services, wanted: Wanted) -> tuple[list[LibraryModel], list[UserError]]:
    """Take in what can be; what cannot is told beside it."""
    models: list[LibraryModel] = []
    errors: list[UserError] = []
    for path, origin in wanted:
        try:
            models += services.library.import_(path, origin)
        except UserError as error:
            errors.append(error)
    return models, errors
