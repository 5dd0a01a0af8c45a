"""Experts that stay in the model's file. RAM holds what every token uses, and has slots for the experts that fired
last; layers for which there are none use one room in turns, which keeps nothing for the next token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from engine.gguf.tensor_index import TensorIndex
from engine.placement.estimate import compute_bytes
from engine.placement.layout import Layout
from engine.placement.plan import DISK, RAM, CachedLayer, DeviceBytes, ExpertCache, Plan
from engine.placement.planning_input import Choice, Given
from engine.placement.slots.expert_slots import TOKENS, Slots, cacheable, evenly, workspace_bytes

# What the engine's process takes besides the model: the interpreter, libraries, the vocabulary. With 48 MB one in
# twenty was killed in a group that had the limit from its start.
PROCESS_BYTES = 60 * 2**20
# Of RAM's budget, what is left to the states of earlier prompts. They are of more use here than anywhere: who reads a
# prompt again reads the disk again.
KEPT_SHARE, MOST_KEPT = 32, 2 * 2**30
# Tokens of a prompt whose experts are computed in one go: more, so that an expert's rows are never split, where that
# takes less than this share of the budget; fewer where it is tight.
ROWS, _ROWS_SHARE = 64, 16
# Of the experts that pass through RAM where a prompt needs more than there are slots for, how many lie there at a
# time: one is computed while the others are read.
PASSING = 4
# Threads that read, and the memory through which one does where the system wants it aligned, with the ends of blocks
# (`native/disk/raw_file.h`).
_READERS, _MOST_AT_ONCE, _ENDS = 8, 2**18, 8 * 2**10
_FLOAT = 4


class Floor(NamedTuple):
    """Slots in RAM for layers whose experts stay in the file, and the bytes that RAM lacks for the least of them."""

    cache: ExpertCache
    missing: int


def place_floor(
    given: Given, choice: Choice, layout: Layout, sizes: Mapping[str, DeviceBytes]
) -> Floor | None:
    """What RAM holds once every token's weights, context and buffers are there. None: no experts can be read one by
    one. `sizes` count the experts with RAM, as llama.cpp does."""
    layers = cacheable(given.index, layout)
    if not layers:
        return None
    budget = given.budgets[RAM]
    every = sizes[RAM].total - all_matrices(layers) + PROCESS_BYTES
    every += choice.ubatch * given.index.embedding_length * _FLOAT  # a block's inputs
    every -= untouched_bytes(given.index, choice)
    cache, room = _without_slots(given, choice, 0), 0
    # Quarters of the room for slots that are given up, but not the least slots.
    for given_up in sorted({given.fallbacks.count("layer"), 0}, reverse=True):
        for tokens, kept in _comforts(given, choice, layers):
            cache = _without_slots(given, choice, tokens)
            room = budget - every - kept - working_bytes(cache, layers)
            room -= given_up * max(room // 4, 0)
            found = _slots_for_all(layers, room) if kept else _some_slots(layers, room)
            if found is not None:
                return Floor(msgspec.structs.replace(cache, layers=found.layers, shared=found.shared), 0)
    least = _in_turns(layers, 1)
    return Floor(
        msgspec.structs.replace(cache, layers=least.layers, shared=least.shared), least.shared - room
    )


def all_matrices(layers: tuple[Slots, ...]) -> int:
    """Bytes of all experts of these layers that stay in the file: biases and scales are in RAM too."""
    return sum(layer.experts * (layer.slot - layer.vectors) for layer in layers)


def working_bytes(cache: ExpertCache, layers: tuple[Slots, ...]) -> int:
    """Bytes of RAM beside the slots of these layers."""
    reading = _READERS * (_MOST_AT_ONCE + _ENDS)
    return cache.workspace + reading


def untouched_bytes(index: TensorIndex, choice: Choice) -> int:
    """Of the graph's memory, what nobody ever touches: what lies between the projections of experts, which are
    computed beside the graph."""
    plain = choice.attention == "plain"
    most, least = (
        compute_bytes(
            msgspec.structs.replace(index, graph_width=width),
            choice.context,
            choice.ubatch,
            outputs=choice.outputs,
            plain=plain,
        )
        for width in (index.graph_width, index.width_without_experts)
    )
    return most - least


def with_floor(
    sizes: Mapping[str, DeviceBytes], cache: ExpertCache, layers: tuple[Slots, ...], untouched: int
) -> dict[str, DeviceBytes]:
    """The bytes of each floor, of which llama.cpp, and a dry run, count all experts with RAM, and memory that stays
    `untouched`."""
    ram = sizes[RAM]
    held = DeviceBytes(
        ram.model - all_matrices(layers) + cache.slots,
        ram.context,
        ram.compute - untouched + working_bytes(cache, layers),
    )
    floors = {**sizes, RAM: held, DISK: DeviceBytes(left_in_file(cache, layers))}
    if above := cache.above:
        card = sizes[above.device]
        floors[above.device] = DeviceBytes(
            card.model + above.slots, card.context, card.compute + above.workspace
        )
    return floors


def left_in_file(cache: ExpertCache, layers: tuple[Slots, ...]) -> int:
    """Bytes of experts that have no slot."""
    slots = cache.own
    return sum(max(layer.experts - slots[layer.layer], 0) * (layer.slot - layer.vectors) for layer in layers)


def states_limit(plan: Plan | None, usual: int) -> int:
    """Bytes of RAM that one kind of states of prompts may take, `usual` unless experts are read from the file: then
    all share the budget."""
    if plan is None or plan.mode != "disk":
        return usual
    budget = plan.budgets[RAM]
    left = budget - plan.bytes[RAM].total - PROCESS_BYTES
    return max(min(usual, kept_bytes(budget) // 2, left // 2), 0)


def kept_bytes(budget: int) -> int:
    """Of a budget of RAM, what the states of earlier prompts may take beside the slots."""
    return min(budget // KEPT_SHARE, MOST_KEPT)


def served_from_disk(cache: ExpertCache | None) -> frozenset[int]:
    """The numbers of the layers whose experts stay in the file."""
    if cache is None or cache.source != DISK:
        return frozenset()
    return frozenset(layer.layer for layer in cache.layers)


class _Granted(NamedTuple):
    layers: tuple[CachedLayer, ...]
    shared: int = 0


def _comforts(given: Given, choice: Choice, layers: tuple[Slots, ...]) -> Iterator[tuple[int, int]]:
    """Tokens that are computed in one go and bytes that are kept for states of prompts, the most first."""
    budget = given.budgets[RAM]
    kept, whole = kept_bytes(budget), -(-choice.ubatch // given.index.experts_used)
    if working_bytes(_without_slots(given, choice, whole), layers) * _ROWS_SHARE <= budget:
        yield whole, kept
    yield ROWS, kept
    yield ROWS, 0
    yield TOKENS, 0


def _without_slots(given: Given, choice: Choice, tokens: int) -> ExpertCache:
    tokens = max(tokens, TOKENS, choice.sequences)
    return ExpertCache(RAM, (), workspace_bytes(given.index, tokens), tokens, "brought", DISK)


def _slots_for_all(layers: tuple[Slots, ...], room: int) -> _Granted | None:
    least, shared = [layer.least for layer in layers], passing_bytes(layers, PASSING)
    if sum(layer.bytes(count) for layer, count in zip(layers, least, strict=True)) > room - shared:
        return None
    return _Granted(evenly(layers, least, room - shared), shared)


def _some_slots(layers: tuple[Slots, ...], room: int) -> _Granted | None:
    """The least slots for as many of the first layers as `room` has them for beside what the others use in turns. Few
    slots of many layers save more reads than many of a few: each further slot of a layer is hit less often."""
    every = _slots_for_all(layers, room)
    if every is not None:
        return every
    for tokens in (2, 1):
        count, left = 0, room - _in_turns(layers, tokens).shared
        while left >= layers[count].bytes(layers[count].least):
            left -= layers[count].bytes(layers[count].least)
            count += 1
        if left >= 0:
            first, rest = layers[:count], _in_turns(layers[count:], tokens)
            slots = evenly(first, [layer.least for layer in first], room - rest.shared)
            return _Granted((*slots, *rest.layers), rest.shared)
    return None


def _in_turns(layers: tuple[Slots, ...], tokens: int) -> _Granted:
    """All of these layers in one room, for the experts of so many tokens."""
    counts = [min(tokens * layer.least, layer.experts) for layer in layers]
    sizes = [layer.bytes(count) for layer, count in zip(layers, counts, strict=True)]
    granted = (CachedLayer(layer.layer, count, 0) for layer, count in zip(layers, counts, strict=True))
    return _Granted(tuple(granted), max(*sizes, passing_bytes(layers, 1)))


def passing_bytes(layers: tuple[Slots, ...], count: int) -> int:
    """Of a room that so many experts of any of these layers pass through at a time."""
    return count * (max(layer.slot for layer in layers) + _ENDS)
