"""The form of a kept state: keys and values as f16 or bf16, and values a row for each cell or, as plain attention has
them, transposed. What was read in one form can be gone on with in another: it is turned here.

After llama.cpp's `llama_kv_cache::state_write`: a mark and the sequence's number; how many streams, and how many
cells in this one; for each cell its position and sequences, with M-RoPE two places more; then whether values are
transposed, how many layers, the keys of each, the values of each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.free_memory import has_memory_for
from engine.placement.plan import Placement

StateData = bytes | bytearray | memoryview

_F16, _BF16 = TYPE_NUMBERS["F16"], TYPE_NUMBERS["BF16"]
_STREAMS_AT, _CELLS_AT, _FIRST = 8, 12, 16
_ONE_STREAM = (1).to_bytes(4, "little")
# Bytes of one cell that is of one sequence, without and with places of pictures.
_CELLS = (12, 20)
_LAYERS = 8  # bytes of the two numbers before the layers
# Before the keys or values of a layer: their type, and the bytes of a row; of transposed values those of an element,
# and how many there are.
_TITLE = 12
_LARGEST_F16 = 65504.0


class StateForm(NamedTuple):
    """As which ggml types keys and values are kept, and whether values are `transposed`."""

    keys: int
    values: int
    transposed: bool


def form_of(placement: Placement) -> StateForm | None:
    """None where it isn't known: devices may compute attention otherwise than they were told, and what takes half of
    the bytes cannot be turned."""
    types = TYPE_NUMBERS[placement.cache_type_k.upper()], TYPE_NUMBERS[placement.cache_type_v.upper()]
    if placement.devices or not {_F16, _BF16}.issuperset(types):
        return None
    return StateForm(*types, placement.attention == "plain")


def in_form(data: StateData, form: StateForm | None) -> StateData:
    """A state in this form; as it is, where it has it already, is none of plain keys and values, or there is no
    memory for another."""
    if form is None or len(data) < _FIRST or data[_STREAMS_AT:_CELLS_AT] != _ONE_STREAM:
        return data
    cells = int.from_bytes(data[_CELLS_AT:_FIRST], "little")
    for size in _CELLS:
        begin = _FIRST + cells * size
        if (found := _parts(data, begin, cells)) is None:
            continue
        parts, transposed = found
        kinds = (
            {part.kind for part in parts[: len(parts) // 2]},
            {part.kind for part in parts[len(parts) // 2 :]},
        )
        if transposed == form.transposed and kinds == ({form.keys}, {form.values}):
            return data
        if not has_memory_for(len(data)):
            return data
        return _turned(data, begin, cells, parts, form)
    return data


class _Part(NamedTuple):
    """The keys or values of a layer: where their title is, their type, and how many each cell has."""

    place: int
    kind: int
    width: int


def _parts(data: StateData, begin: int, cells: int) -> tuple[list[_Part], bool] | None:
    """The keys of all layers, then their values, and whether these are transposed; None unless what lies from `begin`
    on ends where the state does."""
    if not cells or len(data) < begin + _LAYERS:
        return None
    transposed, layers = (int(each) for each in np.frombuffer(data, np.uint32, 2, begin))
    place, parts = begin + _LAYERS, list[_Part]()
    while place < len(data) and len(parts) < 2 * layers:
        if transposed > 1 or len(data) < place + _TITLE:
            return None
        kind, first, second = (int(each) for each in np.frombuffer(data, np.uint32, 3, place))
        width = second if transposed and len(parts) >= layers else (first + (second << 32)) // 2
        parts.append(_Part(place, kind, width))
        place += _TITLE + 2 * width * cells
    halves = all(part.kind in (_F16, _BF16) for part in parts)
    whole = place == len(data) and len(parts) == 2 * layers > 0
    return (parts, bool(transposed)) if whole and halves else None


def _turned(data: StateData, begin: int, cells: int, parts: list[_Part], form: StateForm) -> bytearray:
    """One part at a time: a state may be large."""
    turned = bytearray(data)
    was_transposed = bool(data[begin])
    turned[begin] = form.transposed
    for number, (place, kind, width) in enumerate(parts):
        are_values = 2 * number >= len(parts)
        wanted = form.values if are_values else form.keys
        halves = _as_type(np.frombuffer(data, np.uint16, width * cells, place + _TITLE), kind, wanted)
        title = np.frombuffer(turned, np.uint32, 3, place)
        title[0] = wanted
        if are_values and was_transposed != form.transposed:
            halves = halves.reshape((width, cells) if was_transposed else (cells, width)).T
            title[1:] = (2, width) if form.transposed else (2 * width, 0)
        room = np.frombuffer(turned, np.uint16, width * cells, place + _TITLE)
        room.reshape(halves.shape)[...] = halves
    return turned


def _as_type(halves: npt.NDArray[np.uint16], kind: int, wanted: int) -> npt.NDArray[np.uint16]:
    if kind == wanted:
        return halves
    if wanted == _BF16:  # to the nearest, as ggml does
        bits = halves.view(np.float16).astype(np.float32).view(np.uint32)
        return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype(np.uint16)
    numbers = (halves.astype(np.uint32) << 16).view(np.float32)
    return np.clip(numbers, -_LARGEST_F16, _LARGEST_F16).astype(np.float16).view(np.uint16)
