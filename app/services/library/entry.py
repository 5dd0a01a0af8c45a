"""Builds library entries from model files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.library.names import file_id, hub_id, repo_name, stem_of
from app.services.library.pairing import paired
from app.store.records import Download, LibraryFile, LibraryModel, ModelOrigin
from engine.errors import UserError
from engine.text import clean_text

if TYPE_CHECKING:
    from engine.gguf.gguf_index import GgufIndex
    from engine.hub.scan import FoundModel

# `general.type` of files that are no model (ggml's gguf.md); "clip" is the architecture of image projectors.
_NO_MODEL = ("mmproj", "imatrix", "adapter", "vocab")
_LONGEST_NAME = 80


def described(model: LibraryModel) -> LibraryModel:
    """The entry updated from its files and the projector beside them. Raises UserError `model.*`."""
    index = _index(model.path)
    return _with_facts(msgspec.structs.replace(model, files=paired(model.files, index)), index)


def downloaded(download: Download, files: Sequence[LibraryFile], now: float) -> LibraryModel:
    """The entry of a completed download.

    An unparsable header is left out: the bytes are verified all the same.
    """
    model = LibraryModel(
        id=hub_id(download.repo, download.variant),
        name=repo_name(download.repo),
        files=tuple(files),
        origin="hub",
        added=now,
        managed=True,
        repo=download.repo,
        commit=download.commit,
        variant=download.variant,
        verified=now,
    )
    try:
        return described(model)
    except UserError:
        return model


def imported(path: Path, now: float, origin: ModelOrigin, found: FoundModel | None = None) -> LibraryModel:
    """The entry of an imported model, from any of its files and its location.

    Raises UserError `model.*`, `library.companion` for a projector, adapter or the like.
    """
    if clean_text(str(path)) != str(path):
        raise UserError("model.bad_name", path=clean_text(str(path)))
    index = _index(str(path))
    if index.architecture == "clip" or index.metadata.get("general.type") in _NO_MODEL:
        raise UserError("library.companion", path=str(path))
    known = {file.path: file for file in found.files} if found else {}
    files = []
    for file in index.files:
        told = known.get(file.path)
        files.append(
            LibraryFile(
                str(file.path),
                file.bytes,
                told.sha256 if told else "",
                told.origin_path if told else "",
            )
        )
    if found and found.projector is not None:
        eyes = found.projector
        files.append(LibraryFile(str(eyes.path), eyes.bytes, eyes.sha256, sees=True))
    # Blobs are named by their hash: their program knows their name.
    called = found.name if found and found.source == "ollama" else ""
    model = LibraryModel(
        id=called or file_id(str(files[0].path)),
        name=called or _name(index, found),
        files=tuple(files),
        origin=origin,
        added=now,
        repo=found.repo if found else "",
        commit=found.commit if found else "",
    )
    facts = _with_facts(msgspec.structs.replace(model, files=paired(model.files, index)), index)
    return msgspec.structs.replace(facts, variant=facts.quantisation if facts.repo else "")


def _name(index: GgufIndex, found: FoundModel | None) -> str:
    if found and found.repo:
        return repo_name(found.repo)
    told = index.metadata.get("general.name")
    name = " ".join(clean_text(told).split()) if isinstance(told, str) else ""
    return name if 1 < len(name) <= _LONGEST_NAME else stem_of(str(index.path))


def _index(path: str) -> GgufIndex:
    from engine.gguf.reading import read_index

    return read_index(Path(path))


def _with_facts(model: LibraryModel, index: GgufIndex) -> LibraryModel:
    from engine.gguf.summary import summarize

    summary = summarize(index)
    return msgspec.structs.replace(
        model,
        architecture=summary.architecture,
        quantisation=summary.quantisation,
        parameters=summary.parameters,
        active_parameters=summary.active_parameters,
        experts=summary.experts,
        experts_used=summary.experts_used,
    )
