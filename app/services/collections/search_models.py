"""Installed models that a search can use: those that embed texts, and those that rank what was found."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.store.records import LibraryModel
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.embedding.api import Embedder
    from engine.gguf.projector import Senses

log = logging.getLogger(__name__)


def included_embedder() -> Embedder | None:
    """The embedding model that comes along; None where set-up could not make it."""
    from engine.embedding.included import included_model

    path = included_model()
    return None if path is None else _embedder(path)


def embedder_at(path: str) -> Embedder | None:
    """The embedding model in a file, the one that comes along for "" and for one that cannot be used."""
    return (_embedder(Path(path)) if path else None) or included_embedder()


def _embedder(path: Path) -> Embedder | None:
    from engine.embedding.client import LocalEmbedder

    try:
        return LocalEmbedder(path)
    except (UserError, OSError, ValueError) as error:
        log.warning("An embedding model cannot be used: %s", getattr(error, "code", type(error).__name__))
        return None


class SearchModels:
    """Those of `installed`. Methods read the header of each model's file once: call them off the GUI thread."""

    def __init__(self, installed: Callable[[], Iterable[LibraryModel]]) -> None:
        self._installed = installed
        # By path and size.
        self._known: dict[tuple[str, int], Senses] = {}

    def embedding(self) -> list[LibraryModel]:
        """The models that embed, by name."""
        found = [model for model in self._ready() if self._senses(model).embeds]
        return sorted(found, key=lambda model: (model.name.casefold(), model.id))

    def ranking(self) -> Path | None:
        """The file of the model that ranks and was added last; None without one."""
        found = [model for model in self._ready() if self._senses(model).ranks]
        return Path(max(found, key=lambda model: model.added).path) if found else None

    def _ready(self) -> Iterable[LibraryModel]:
        return (each for each in self._installed() if each.trashed is None and each.state == "ready")

    def _senses(self, model: LibraryModel) -> Senses:
        from engine.gguf.projector import Senses, senses
        from engine.gguf.reading import read_index

        key = (model.path, model.files[0].bytes)
        if key not in self._known:
            try:
                self._known[key] = senses(read_index(Path(model.path)), None)
            except (UserError, OSError):
                self._known[key] = Senses()
        return self._known[key]
