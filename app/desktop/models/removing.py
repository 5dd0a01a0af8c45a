"""Removes several models of the library, as far as that goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

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
