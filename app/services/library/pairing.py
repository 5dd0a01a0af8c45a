"""Pairs models with the projectors that let them see or hear, by what the files say and not by their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.store.records import LibraryFile, LibraryModel
from app.store.store import Store
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.gguf.gguf_index import GgufIndex


def seeing(models: Iterable[LibraryModel]) -> LibraryModel | None:
    """The one of `models` that takes pictures and was used last; None without one."""
    able = [model for model in models if model.sees and model.state == "ready" and model.trashed is None]
    return max(able, key=lambda model: (model.used, model.added), default=None)


def paired(files: Sequence[LibraryFile], index: GgufIndex) -> tuple[LibraryFile, ...]:
    """The files of a model with the projector that belongs to it: one of `files`, else one that lies beside them."""
    from engine.gguf.projector import projector_beside, read_projector

    own = {str(file.path) for file in index.files}
    for file in files:
        if file.path in own:
            continue
        with contextlib.suppress(UserError):
            found = read_projector(Path(file.path), index)
            others = (one for one in files if one is not file)
            return (*others, msgspec.structs.replace(file, sees=found.sees, hears=found.hears))
    files = tuple(
        msgspec.structs.replace(file, sees=False, hears=False)
        for file in files
        if not file.is_projector or file.origin_path
    )
    beside = projector_beside(index)
    if beside is None:
        return files
    return (*files, LibraryFile(str(beside.path), beside.bytes, sees=beside.sees, hears=beside.hears))


def pair_all(store: Store) -> bool:
    """Note the projectors that lie beside models which had none; returns whether there were any."""
    from engine.gguf.projector import projectors_in
    from engine.gguf.reading import read_index

    found = False
    models = _present(store)
    known = {file.path: file for model in models for file in model.files if file.is_projector}
    for model in models:
        folder = Path(model.path).parent
        if model.projector or not any((*projectors_in(folder), *projectors_in(folder.parent))):
            continue
        with contextlib.suppress(UserError):
            files = tuple(
                known.get(file.path, file) for file in paired(model.files, read_index(Path(model.path)))
            )
            if files != model.files:
                found = True
                store.models.change(model.id, files=files)
    return found


def pair_with(store: Store, path: Path) -> list[LibraryModel] | None:
    """The models that see or hear by the projector at `path` from now on; None for a file that is no projector.

    Of models that it fits, those that it names, else the only one. Raises UserError `library.no_model_for` (`path`)
    if there is none, `model.*`.
    """
    from engine.gguf.projector import ARCHITECTURE, fits, names_model, projector
    from engine.gguf.reading import read_index

    index = read_index(path)
    if index.architecture != ARCHITECTURE:
        return None
    found = projector(index)
    named, fitting = [], []
    for model in _present(store):
        with contextlib.suppress(UserError):
            own = read_index(Path(model.path))
            if fits(found, own):
                fitting.append(model)
                if names_model(found, own):
                    named.append(model)
    chosen = named or (fitting if len(fitting) == 1 else [])
    if not chosen:
        raise UserError("library.no_model_for", path=str(path))
    file = LibraryFile(str(path), found.bytes, sees=found.sees, hears=found.hears)
    for model in chosen:
        if model.projector is None or model.projector.path != file.path:
            store.models.change(model.id, files=(*model.weights, file))
    return [store.models.find(model.id) or model for model in chosen]


def _present(store: Store) -> list[LibraryModel]:
    return [model for model in store.models.all() if model.state == "ready" and model.trashed is None]
