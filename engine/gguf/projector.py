"""Projectors: files that let a model see pictures or hear sound (llama.cpp's "mmproj"), told by their content.

What is refused here would be a division by zero, an endless allocation or a GGML_ASSERT in llama.cpp
(`tools/mtmd/clip.cpp`, load_hparams and the graphs of each kind): it would end the process that loads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_file import LongArray
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector_memory import buffer_bytes
from engine.gguf.reading import read_index

ARCHITECTURE = "clip"
_PICTURES, _SOUND = "vision", "audio"
_MAX_SIDE = 4096
_MAX_LAYERS = 512
_MAX_NUMBER = 2**26
# Keys that the library divides by, or makes arrays of; those it cannot do without are in `_NEEDED`.
_POSITIVE = tuple(
    """
    image_size patch_size embedding_length attention.head_count projector.scale_factor spatial_merge_size
    image_max_pixels preproc_image_size preproc_max_tiles num_mel_bins projector.stack_factor
    chunk_size conv_kernel_size projector.window_size projector.downsample_rate projector.head_count
    """.split()
)
_NEEDED = {
    _PICTURES: ("image_size", "patch_size", "embedding_length", "block_count", "attention.head_count"),
    _SOUND: ("embedding_length", "block_count", "attention.head_count"),
}
_MOST = {
    "image_size": _MAX_SIDE,
    "patch_size": _MAX_SIDE,
    "preproc_image_size": _MAX_SIDE,
    "window_size": _MAX_SIDE,
    "spatial_merge_size": _MAX_SIDE,
    "block_count": _MAX_LAYERS,
    "image_min_pixels": _MAX_NUMBER,
    "image_max_pixels": _MAX_NUMBER,
}
# Begins the names of tensors that lead from the tower to the model.
_LEADING = ("mm.", "resampler.")


class Projector(msgspec.Struct, frozen=True):
    """A projector that may be loaded. `kind` is its makers' name for the way it works; `widths` are those of the
    models that it can belong to, `basename` is what its makers call the model, "" if they do not say. `buffers` are
    the bytes that looking at a picture takes."""

    path: Path
    bytes: int
    kind: str
    sees: bool
    hears: bool
    widths: frozenset[int]
    basename: str
    buffers: int = 0

    @property
    def needs(self) -> int:
        """Bytes of memory that it takes once pictures are looked at."""
        return self.bytes + self.buffers


class Senses(msgspec.Struct, frozen=True):
    """What a model takes besides text, and whether it makes vectors of texts, or scores documents, not answers."""

    sees: bool = False
    hears: bool = False
    embeds: bool = False
    ranks: bool = False


def senses(model: GgufIndex, beside: Projector | None) -> Senses:
    """What a model does with this projector; a projector itself does what it lets models do."""
    if model.architecture == ARCHITECTURE:
        beside = projector(model)
    sees, hears = (False, False) if beside is None else (beside.sees, beside.hears)
    return Senses(sees, hears, _embeds(model), _ranks(model))


def projector(index: GgufIndex) -> Projector:
    """The projector that a file holds.

    Raises UserError `projector.none` (`path`) for another file, `model.damaged` (`path`, `detail`) for one that
    contradicts itself.
    """
    parts = [part for part in (_PICTURES, _SOUND) if index.metadata.get(f"clip.has_{part}_encoder") is True]
    if index.architecture != ARCHITECTURE or not parts:
        raise UserError("projector.none", path=str(index.path))
    for part in parts:
        for detail in _contradictions(index, part):
            raise UserError("model.damaged", path=str(index.path), detail=detail)
    keys = ("clip.projector_type", *(f"clip.{part}.projector_type" for part in parts))
    kinds = [index.metadata[key] for key in keys if isinstance(index.metadata.get(key), str)]
    return Projector(
        path=index.path,
        bytes=index.bytes,
        kind=kinds[0] if kinds else "mlp",
        sees=_PICTURES in parts,
        hears=_SOUND in parts,
        widths=_widths(index, parts),
        basename=_basename(index),
        buffers=buffer_bytes(_facts(index), kinds[0] if kinds else "mlp") if _PICTURES in parts else 0,
    )


def read_projector(path: Path, model: GgufIndex) -> Projector:
    """The projector at `path`, for this model.

    Raises what `read_index` and `projector` raise, and UserError `projector.other_model` (`path`, `model`) for one
    that cannot belong to it.
    """
    found = projector(read_index(path))
    if not fits(found, model):
        raise UserError("projector.other_model", path=str(path), model=model.name or model.path.stem)
    return found


def seeing_projector(model: GgufIndex, path: str = "") -> tuple[Projector | None, tuple[ErrorInfo, ...]]:
    """The projector at `path` for this model, else the one beside it, if it sees; or why it cannot be used."""
    try:
        found = read_projector(Path(path), model) if path else projector_beside(model)
    except UserError as error:
        return None, (error.info,)
    return (found if found is not None and found.sees else None), ()


def fits(found: Projector, model: GgufIndex) -> bool:
    """Whether what the projector makes is as wide as the model's embeddings."""
    return model.number("embedding_length") in found.widths


def names_model(found: Projector, model: GgufIndex) -> bool:
    """Whether a projector says what model it was made for, and it is this one."""
    return found.basename == _basename(model) != ""


def projector_beside(model: GgufIndex) -> Projector | None:
    """The projector in the model's folder that belongs to it, whatever it is called; None if there is none.

    One that names another model does not count. Of several, the one that names this model, then the largest. In the
    folder above, where repositories keep what several folders share, one has to name this model.
    """
    own = _basename(model)
    folder = model.path.parent
    for place, names in ((folder, ("", own)), (folder.parent, (own,) if own else ())):
        found = []
        for path in projectors_in(place) if names else ():
            try:
                candidate = projector(read_index(path))
            except UserError:
                continue
            if fits(candidate, model) and (not own or candidate.basename in names):
                found.append(candidate)
        if found:
            return max(found, key=lambda each: (each.basename == own != "", each.bytes))
    return None


def projectors_in(folder: Path) -> Iterator[Path]:
    """Files whose beginning speaks of a projector, by name; the header of a model may be long."""
    try:
        beside = sorted(path for path in folder.glob("*.gguf") if path.is_file())
    except OSError:
        return
    for path in beside:
        try:
            with path.open("rb") as file:
                start = file.read(2**12)
        except OSError:
            continue
        if start.startswith(b"GGUF") and b"clip" in start:
            yield path


def _embeds(model: GgufIndex) -> bool:
    pooling = model.value("pooling_type")  # 1 to 3: of all, of the first, of the last token
    return pooling in (1, 2, 3) or (model.value("attention.causal") is False and not _ranks(model))


def _ranks(model: GgufIndex) -> bool:
    return bool(model.value("pooling_type") == 4)


def _facts(index: GgufIndex) -> dict[str, int]:
    """The whole numbers that a file says of its tower for pictures."""
    prefix = f"clip.{_PICTURES}."
    return {
        key.removeprefix(prefix): value
        for key, value in index.metadata.items()
        if key.startswith(prefix) and isinstance(value, int)
    }


def _basename(index: GgufIndex) -> str:
    name = index.metadata.get("general.basename")
    return name.casefold() if isinstance(name, str) else ""


def _widths(index: GgufIndex, parts: list[str]) -> frozenset[int]:
    """Widths of what comes out. Some makers wrote the tower's own width, or none, where it should stand."""
    stated = {index.metadata.get(f"clip.{part}.projection_dim") for part in parts}
    told = {number for number in stated if isinstance(number, int) and number > 0}
    ends = {
        tensor.shape[-1]
        for tensor in index.tensors
        if tensor.name.startswith(_LEADING) and len(tensor.shape) in (1, 2)
    }
    return frozenset(told if told and told <= ends else told | ends)


def _contradictions(index: GgufIndex, part: str) -> Iterator[str]:
    prefix = f"clip.{part}."
    for key, value in index.metadata.items():
        if key.startswith("clip.") and not _is_bounded(value):
            yield f"{key} {value!r:.40}"
    for name in _NEEDED[part]:
        if not isinstance(index.metadata.get(prefix + name), int):
            yield f"no {name}"
    for name in _POSITIVE:
        if index.metadata.get(prefix + name) == 0:
            yield f"{name} 0"
    for name, most in _MOST.items():
        value = index.metadata.get(prefix + name, 0)
        if not isinstance(value, int) or value > most:
            yield f"{name} {value!r:.40}"
    if index.metadata[prefix + "embedding_length"] < index.metadata[prefix + "attention.head_count"]:
        yield "more heads than numbers in a row"
    least, most = (index.metadata.get(f"{prefix}image_{end}_pixels", 0) for end in ("min", "max"))
    if most and least > most:
        yield f"pictures of {least} to {most} pixels"
    if part == _PICTURES:
        for name in ("image_mean", "image_std"):
            if not _is_color(index.metadata.get(prefix + name), positive=name == "image_std"):
                yield f"{name} {index.metadata.get(prefix + name)!r:.40}"
    if not index.tensors:
        yield "no weights"


def _is_bounded(value: Any) -> bool:
    """Whether a number is what a size or a count can be; in lists, layers may be counted from the end."""
    if isinstance(value, LongArray):
        return False
    if isinstance(value, tuple):
        return all(_is_bounded(abs(one) if isinstance(one, int) else one) for one in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str) or 0 <= value <= _MAX_NUMBER


def _is_color(value: Any, *, positive: bool) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 3
        and all(isinstance(one, float) and (one > 0 or not positive) for one in value)
    )
