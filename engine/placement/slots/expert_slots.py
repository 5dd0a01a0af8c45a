"""Expert slots: how many fit into a device's memory, and their division among layers.

A slot holds one expert of a layer with all its matrices, biases and scales. The slots of a layer lie in one stack per
tensor, as the experts do in the file, so a stack costs its alignment and padding once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.gguf.ggml_types import UNQUANTIZED
from engine.gguf.tensor_index import ExpertTensor, Layer, TensorIndex
from engine.placement.layout import Layout
from engine.placement.plan import RAM, CachedLayer

# Where a tensor may begin: CUDA 128 (`ggml-cuda.cu`, buffer_type_get_alignment), Vulkan up to 256
# (minStorageBufferOffsetAlignment); memory that a disk is read to, within a sector as the file has it (512).
ALIGNMENT = 512
# CUDA's kernels read quantized rows in steps of so many elements, so the last row of a tensor is followed by what
# is missing (MATRIX_ROW_PADDING, `ggml-cuda.cu`, buffer_type_get_alloc_size).
ROW_PADDING = 512
# The largest batch that uses the cache: answers at once and some of their drafts. More where more answers
# are requested.
TOKENS = 16
_FLOAT = 4
_INDICES = 16
_LEAST_WORKSPACE = 64 * 2**10
# What the cache computes with. Nothing here computes with scales of inputs, and chunk experts (GroveMoE), each shared
# by several others, stay in RAM.
_HELD = re.compile(r"blk\.\d+\.ffn_(?:up|down|gate|gate_up)_exps\.(?:weight|bias|scale)")


class Slots(NamedTuple):
    """What slots of one layer take: `slot` bytes for each and `once` for all. At least `least` are needed, for the
    experts of one token, and more than `experts` make no sense. An expert is made of so many `tensors`; `vectors`
    bytes of a slot are biases and scales."""

    layer: int
    slot: int
    once: int
    least: int
    experts: int
    tensors: int
    vectors: int

    def bytes(self, count: int) -> int:
        return count * self.slot + self.once


def slots_of(index: TensorIndex) -> tuple[Slots, ...]:
    """The slots of each layer with cacheable experts."""
    if not 0 < index.experts_used <= index.experts:
        return ()
    held = (
        (layer, tuple(tensor for tensor in layer.expert_tensors if _HELD.fullmatch(tensor.name)))
        for layer in index.layers
    )
    return tuple(
        _slots(index, layer, tensors)
        for layer, tensors in held
        if tensors and all(tensor.shape[-1] == index.experts for tensor in tensors)
    )


def cacheable(index: TensorIndex, layout: Layout) -> tuple[Slots, ...]:
    """The slots of each layer with experts in RAM that a cache can hold."""
    in_ram = {layer.number for layer, home in zip(index.layers, layout.experts, strict=True) if home == RAM}
    return tuple(slots for slots in slots_of(index) if slots.layer in in_ram)


def workspace_bytes(index: TensorIndex, tokens: int) -> int:
    """For the activations of `tokens` tokens: of each expert chosen its input, the projections and their products,
    the result, and copies of these."""
    rows = tokens * index.experts_used
    inner = max((_inner(layer.expert_tensors) for layer in index.layers), default=0)
    return rows * _FLOAT * (4 * index.embedding_length + 8 * inner + _INDICES) + _LEAST_WORKSPACE


def divided(layers: Sequence[Slots], room: int, tokens: int = 2) -> tuple[CachedLayer, ...]:
    """The same number of slots for all layers, as many as `room` bytes hold, and from the first on one more as long
    as there is room. Where not even what so many tokens need fits for all, the first layers have that much, and
    the others none: experts that stay for less than two tokens help nobody, unless there are slots below."""
    comfortable = [min(tokens * layer.least, layer.experts) for layer in layers]
    if _total(layers, comfortable) > room:
        return _first_layers(layers, comfortable, room)
    return evenly(layers, comfortable, room)


def evenly(layers: Sequence[Slots], least: Sequence[int], room: int) -> tuple[CachedLayer, ...]:
    """As `divided`, for `room` that holds at least so many slots of each layer."""
    low, high = 0, max((layer.experts for layer in layers), default=0)

    def level(number: int) -> list[int]:
        return [min(max(count, number), layer.experts) for layer, count in zip(layers, least, strict=True)]

    while low < high:
        middle = (low + high + 1) // 2
        fits = _total(layers, level(middle)) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    counts = level(low)
    left = room - _total(layers, counts)
    for number, layer in enumerate(layers):
        if counts[number] >= layer.experts or counts[number] > low:
            continue
        if layer.slot > left:
            break
        counts[number] += 1
        left -= layer.slot
    return _granted(layers, counts)


def _first_layers(layers: Sequence[Slots], comfortable: Sequence[int], room: int) -> tuple[CachedLayer, ...]:
    counts = []
    for layer, wanted in zip(layers, comfortable, strict=True):
        count = min((room - layer.once) // layer.slot, wanted)
        if count < layer.least:
            break
        counts.append(count)
        room -= layer.bytes(count)
    return _granted(layers[: len(counts)], counts)


def _total(layers: Sequence[Slots], counts: Iterable[int]) -> int:
    return sum(layer.bytes(count) for layer, count in zip(layers, counts, strict=True))


def _granted(layers: Sequence[Slots], counts: Iterable[int]) -> tuple[CachedLayer, ...]:
    return tuple(
        CachedLayer(layer.layer, count, layer.bytes(count))
        for layer, count in zip(layers, counts, strict=True)
    )


def _slots(index: TensorIndex, layer: Layer, tensors: Sequence[ExpertTensor]) -> Slots:
    return Slots(
        layer.number,
        sum(tensor.bytes // index.experts for tensor in tensors),
        sum(ALIGNMENT + _row_padding(tensor) for tensor in tensors),
        max(min(layer.experts_used, index.experts), 1),
        index.experts,
        len(tensors),
        sum(tensor.bytes // index.experts for tensor in tensors if not tensor.name.endswith(".weight")),
    )


def _row_padding(tensor: ExpertTensor) -> int:
    row = tensor.shape[0]
    if tensor.type_name in UNQUANTIZED or row % ROW_PADDING == 0:
        return 0
    return -(-tensor.bytes * (ROW_PADDING - row % ROW_PADDING) // math.prod(tensor.shape))


def _inner(tensors: Iterable[ExpertTensor]) -> int:
    """The width of an expert between its projections."""
    return max(
        (tensor.shape[0] for tensor in tensors if tensor.name.endswith("ffn_down_exps.weight")), default=0
    )
