"""Divides a model among devices: which layers each computes, and which experts it holds.

llama.cpp assigns the last layers and the output to devices, each a run of neighboring layers in device order.
A layer's experts lie on its own device or in RAM.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from typing import Literal

import msgspec

from engine.gguf.tensor_index import Layer
from engine.placement.plan import RAM, PartialLayer

# How layers are divided among several devices: by room, or the fastest device first.
Spread = Literal["even", "fastest"]


class Room(msgspec.Struct, frozen=True):
    """What one device can take, in bytes: `free` for layers with their cache, of which the output would take
    `output` (weights `output_weights`). `most` caps the weights. `speed` orders devices, highest first."""

    device: str
    free: int
    output: int
    output_weights: int
    most: int
    speed: float


class Load(msgspec.Struct, frozen=True):
    """Bytes of each layer: weights that every token reads, cache, and routed experts. `*_sums` are what all
    layers before one take, so one number longer."""

    dense: tuple[int, ...]
    cache: tuple[int, ...]
    experts: tuple[int, ...]
    dense_sums: tuple[int, ...]
    cache_sums: tuple[int, ...]
    expert_sums: tuple[int, ...]

    @classmethod
    def of(cls, dense: Sequence[int], cache: Sequence[int], experts: Sequence[int]) -> Load:
        rows = [tuple(row) for row in (dense, cache, experts)]
        return cls(*rows, *(tuple(accumulate(row, initial=0)) for row in rows))


class Layout(msgspec.Struct, frozen=True):
    """Where each layer is computed and its experts lie, by device name; layers without experts have "".

    `counts` are the layers of each of `devices`, in their order; the last of them has the output as well. The
    layer in `partial` counts with RAM in `experts`.
    """

    devices: tuple[str, ...]
    counts: tuple[int, ...]
    layers: tuple[str, ...]
    output: str
    experts: tuple[str, ...]
    partial: PartialLayer | None = None

    @property
    def first(self) -> int:
        """The first layer on a device."""
        return len(self.layers) - sum(self.counts)


def divide(load: Load, rooms: Sequence[Room], spread: Spread) -> tuple[int, ...]:
    """Layers for each room. All of them where they fit without their experts, else as many as fit, the last
    ones first. Empty when not even the output fits."""
    if len(rooms) > 1:
        counts = _fitted(load, rooms, _wished_counts(load, rooms, spread))
        if counts is not None:
            return _improved(load, rooms, counts)
    return _from_back(load, rooms)


def fill(
    load: Load, kinds: Sequence[dict[str, int]], rooms: Sequence[Room], counts: Sequence[int]
) -> tuple[list[list[int]], PartialLayer | None]:
    """The layers of each room whose experts fit whole, the earliest ones, and the one partial layer.

    `kinds` are the experts' bytes of each layer by kind of tensor.
    """
    whole: list[list[int]] = []
    best: tuple[int, PartialLayer] | None = None
    first = len(load.dense) - sum(counts)
    for number, (room, count) in enumerate(zip(rooms, counts, strict=True)):
        left = _left_for_experts(load, room, first, count, last=number == len(rooms) - 1)
        taken: list[int] = []
        for layer in range(first, first + count):
            if not load.experts[layer]:
                continue
            if load.experts[layer] > left:
                part = _some_kinds(kinds[layer], left)
                size = sum(kinds[layer][kind] for kind in part)
                if part and (best is None or size > best[0]):
                    best = size, PartialLayer(room.device, layer, part)
                break
            taken.append(layer)
            left -= load.experts[layer]
        whole.append(taken)
        first += count
    return whole, best[1] if best else None


def lay_out(
    index_layers: Sequence[Layer],
    devices: Sequence[str],
    counts: Sequence[int],
    whole: Sequence[Sequence[int]],
    partial: PartialLayer | None,
) -> Layout:
    """The layout of `counts` layers on `devices`, of which those in `whole` hold their experts."""
    used = [number for number, count in enumerate(counts) if count or number == len(counts) - 1]
    names: list[str] = [RAM] * (len(index_layers) - sum(counts))
    for device, count in zip(devices, counts, strict=True):
        names += [device] * count
    held = {layer: device for device, layers in zip(devices, whole, strict=True) for layer in layers}
    experts = tuple(
        held.get(number, RAM) if layer.experts else "" for number, layer in enumerate(index_layers)
    )
    return Layout(
        tuple(devices[number] for number in used),
        tuple(counts[number] for number in used),
        tuple(names),
        devices[-1] if devices else RAM,
        experts,
        partial,
    )


def on_the_cpu(layers: Sequence[Layer]) -> Layout:
    return lay_out(layers, (), (), (), None)


def _left_for_experts(load: Load, room: Room, first: int, count: int, *, last: bool) -> int:
    dense = load.dense_sums[first + count] - load.dense_sums[first] + (room.output_weights if last else 0)
    cache = load.cache_sums[first + count] - load.cache_sums[first]
    output = room.output - room.output_weights if last else 0
    return min(room.free - dense - cache - output, room.most - dense)


def _some_kinds(kinds: dict[str, int], left: int) -> tuple[str, ...]:
    """What fits of a layer's experts: gate and up, which ggml computes as one, or the largest kind."""
    largest_first = sorted(kinds, key=lambda kind: -kinds[kind])
    for group in (("gate_up",), ("gate", "up"), *((kind,) for kind in largest_first)):
        if all(kind in kinds for kind in group) and 0 < sum(kinds[kind] for kind in group) <= left:
            return group
    return ()


# --- several devices -------------------------------------------------------------------------------------


def _from_back(load: Load, rooms: Sequence[Room]) -> tuple[int, ...]:
    """As many of the last layers as fit, the last room first. Empty when it cannot even take the output."""
    counts = [0] * len(rooms)
    layer = len(load.dense)
    if _left_for_experts(load, rooms[-1], layer, 0, last=True) < 0:
        return ()
    for number in range(len(rooms) - 1, -1, -1):
        end = layer
        while layer > 0 and _fits(load, rooms, number, layer - 1, end):
            layer -= 1
        counts[number] = end - layer
    return tuple(counts)


def _wished_counts(load: Load, rooms: Sequence[Room], spread: Spread) -> list[int]:
    layers = len(load.dense)
    cost = max((load.dense_sums[-1] + load.cache_sums[-1]) / layers, 1)
    full = cost + load.expert_sums[-1] / layers
    free = [max(room.free - (room.output if room is rooms[-1] else 0), 0) for room in rooms]
    if spread == "even":
        return _shares(layers, free)
    order = sorted(range(len(rooms)), key=lambda number: -rooms[number].speed)
    counts = [0] * len(rooms)
    for place, number in enumerate(order):
        others = sum(int(free[other] // full) for other in order[place + 1 :])
        left = layers - sum(counts)
        # Layers that nobody can hold whole go here without their experts, as far as they do not crowd them out.
        bare = max(left - others - int(free[number] // full), 0)
        held = int((free[number] - bare * cost) // full) if free[number] > bare * cost else 0
        counts[number] = min(left, held + bare) if place < len(order) - 1 else left
    return counts


def _shares(total: int, weights: Sequence[float]) -> list[int]:
    whole = sum(weights)
    if whole <= 0:
        return [0] * (len(weights) - 1) + [total]
    ends = [round(total * part / whole) for part in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _fitted(load: Load, rooms: Sequence[Room], requested: Sequence[int]) -> tuple[int, ...] | None:
    """Counts near the requested ones that fit without experts; None if the layers do not all fit."""
    behind = _from_back(load, rooms)
    layers = len(load.dense)
    if sum(behind) < layers:
        return None
    counts, start = [], 0
    for number in range(len(rooms)):
        # Rooms behind this one take no more than `behind` says, so this one must reach so far.
        lowest = layers - sum(behind[number + 1 :])
        end = layers if number == len(rooms) - 1 else min(max(start + requested[number], lowest), layers)
        while end > max(start, lowest) and not _fits(load, rooms, number, start, end):
            end -= 1
        if not _fits(load, rooms, number, start, end):
            return None
        counts.append(end - start)
        start = end
    return tuple(counts)


def _fits(load: Load, rooms: Sequence[Room], number: int, start: int, end: int) -> bool:
    return _left_for_experts(load, rooms[number], start, end - start, last=number == len(rooms) - 1) >= 0


_STEPS = (1, 2, 4)


def _improved(load: Load, rooms: Sequence[Room], counts: tuple[int, ...]) -> tuple[int, ...]:
    """Move layers from one room to another as long as more bytes of experts fit; rooms between them shift."""
    held = _held(load, rooms, counts)
    while True:
        best = max(_moves(counts), key=lambda moved: _held(load, rooms, moved))
        gained = _held(load, rooms, best)
        if gained <= held:
            return counts
        counts, held = best, gained


def _moves(counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    yield counts
    for giver, taker, step in product(range(len(counts)), range(len(counts)), _STEPS):
        if giver != taker and counts[giver] >= step:
            moved = list(counts)
            moved[giver] -= step
            moved[taker] += step
            yield tuple(moved)


def _held(load: Load, rooms: Sequence[Room], counts: Sequence[int]) -> int:
    """Bytes of whole layers' experts that these counts let the rooms hold; -1 when a room is overfull."""
    total, first = 0, 0
    for number, count in enumerate(counts):
        left = _left_for_experts(load, rooms[number], first, count, last=number == len(rooms) - 1)
        if left < 0:
            return -1
        before = load.expert_sums[first]
        end = bisect_right(load.expert_sums, before + left, first, first + count + 1) - 1
        total += load.expert_sums[end] - before
        first += count
    return total
