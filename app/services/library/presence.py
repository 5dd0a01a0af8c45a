"""Checks whether a model's files exist, and derives its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.services.library.entry import described
from app.store.records import LibraryModel
from engine.errors import UserError


def is_there(model: LibraryModel) -> bool:
    """Whether every file but a projector exists, whatever its contents."""
    return all(_size(file.path) is not None for file in model.weights)


def looked_at(model: LibraryModel) -> dict[str, Any]:
    """Changed fields of the model; empty when nothing has changed.

    Missing files make it "missing", and it comes back by itself; without its projector it only no longer sees. A
    downloaded file of another length is damaged; an imported one may be a newer file that took its place, and is
    read again.
    """
    if not is_there(model):
        return {} if model.state == "missing" else {"state": "missing"}
    if any(file.is_projector and _size(file.path) is None for file in model.files):
        return {"files": model.weights}
    sizes = [_size(file.path) for file in model.files]
    if sizes == [file.bytes for file in model.files]:
        return {"state": "ready"} if model.state == "missing" else {}
    if any(_size(file.path) != file.bytes for file in model.owned):
        return {} if model.state == "damaged" else {"state": "damaged"}
    files = tuple(
        file if file.bytes == size else msgspec.structs.replace(file, bytes=size or 0, sha256="")
        for file, size in zip(model.files, sizes, strict=True)
    )
    try:
        again = described(msgspec.structs.replace(model, files=files, state="ready", verified=0.0))
    except UserError:
        return {} if model.state == "damaged" else {"state": "damaged"}
    return {
        name: getattr(again, name)
        for name in LibraryModel.__struct_fields__
        if getattr(again, name) != getattr(model, name)
    }


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return None
