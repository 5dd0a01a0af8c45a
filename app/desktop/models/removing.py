"""Removes models of the library, one or several at once, and brings them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.models.library_state import LibraryState
from app.desktop.models.library_text import library_title
from app.format import format_count, format_size
from app.store.records import LibraryModel
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.library.values import Removed
    from app.services.services import Services


class RemovedModels(msgspec.Struct, frozen=True):
    """`error`: why the first of those that are still there could not be removed."""

    removed: tuple[Removed, ...]
    error: UserError | None = None


def remove_models(services: Services, ids: Sequence[str]) -> RemovedModels:
    """Remove each, also after one that could not be. Blocks: large files may be moved."""
    removed: list[Removed] = []
    first: UserError | None = None
    for id in ids:
        try:
            removed.append(services.library.remove(id))
        except UserError as error:
            first = first or error
    return RemovedModels(tuple(removed), first)


class Removing(QObject):
    """`said` carries a `Notification` with the way back, `restored` the id of a model that came back alone."""

    said = Signal(object)
    restored = Signal(str)

    def __init__(self, calls: ServiceCalls, shelf: LibraryState, parent: QObject) -> None:
        super().__init__(parent)
        self._calls, self._shelf = calls, shelf

    def remove(self, ids: Sequence[str]) -> None:
        self._shelf.do(lambda s: remove_models(s, ids), self._removed, slow=True)

    def restore(self, ids: Sequence[str]) -> None:
        self._shelf.do(lambda s: [s.library.restore(id) for id in ids], self._restored, slow=True)

    def _removed(self, done: RemovedModels) -> None:
        if done.error is not None:
            self._calls.failed.emit(done.error)
        if done.removed:
            ids = [removed.model.id for removed in done.removed]
            words = self._words(done.removed)
            self.said.emit(Notification(words, self.tr("Undo"), lambda: self.restore(ids)))

    def _restored(self, models: Sequence[LibraryModel]) -> None:
        if len(models) == 1:
            self.restored.emit(models[0].id)

    def _words(self, removed: Sequence[Removed]) -> str:
        """What was removed, and what that frees."""
        size = format_size(sum(each.reclaimed for each in removed))
        reclaims = any(each.reclaimed for each in removed)
        if len(removed) == 1:
            words = (
                self.tr("{name} is in the trash. Emptying it frees {size}.")
                if reclaims
                else self.tr("{name} was removed from the library. Its file stays where it is.")
            )
            return words.format(name=library_title(removed[0].model), size=size)
        words = self.tr("{count} models were removed from the library.").format(
            count=format_count(len(removed))
        )
        frees = self.tr("Emptying the trash frees {size}.").format(size=size)
        return f"{words} {frees}" if reclaims else words
