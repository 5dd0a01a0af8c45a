"""Experts that stay in the model's file. RAM holds what every token uses, and has slots for the experts that fired
last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from engine.placement.expert_slots import Slots, cacheable, evenly, workspace_bytes
from engine.placement.layout import Layout
from engine.placement.plan import DISK, RAM, CachedLayer, DeviceBytes, ExpertCache, Plan
from engine.placement.planning_input import Choice, Given

# What the engine's process takes besides the model: the interpreter, libraries, the vocabulary. 50 to 70 MB were
# measured; of what is counted for context and buffers, some is never touched.
PROCESS_BYTES = 64 * 2**20
# Of RAM's budget, what is left to the states of earlier prompts. They are of more use here than anywhere: who reads a
# prompt again reads the disk again.
KEPT_SHARE, MOST_KEPT = 32, 2 * 2**30
# Tokens of a prompt whose experts are computed in one go: more, so that an expert's rows are never split, where that
# takes less than this share of the budget.
ROWS, _ROWS_SHARE = 64, 16
# Activations lie in RAM three times: as the device's, as the host's and on their way. Reads have room of their own.
_WORKSPACES, _READING_BYTES = 3, 20 * 2**20


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
    cache = _bare(given, choice, budget)
    every = sizes[RAM].total - all_matrices(layers)
    room = budget - kept_bytes(budget) - PROCESS_BYTES - working_bytes(cache) - every
    room -= choice.ubatch * given.index.embedding_length * 4  # a block's inputs
    room -= given.fallbacks.count("layer") * max(room // 4, 0)
    least = [layer.least for layer in layers]
    missing = sum(layer.bytes(layer.least) for layer in layers) - room
    granted = evenly(layers, least, room) if missing <= 0 else _least(layers)
    return Floor(msgspec.structs.replace(cache, layers=granted), max(missing, 0))


def all_matrices(layers: tuple[Slots, ...]) -> int:
    """Bytes of all experts of these layers that stay in the file: biases and scales are in RAM too."""
    return sum(layer.experts * (layer.slot - layer.vectors) for layer in layers)


def working_bytes(cache: ExpertCache) -> int:
    """Bytes of RAM beside the slots."""
    return _WORKSPACES * cache.workspace + _READING_BYTES


def with_floor(
    sizes: Mapping[str, DeviceBytes], cache: ExpertCache, layers: tuple[Slots, ...]
) -> dict[str, DeviceBytes]:
    """The bytes of each floor, of which llama.cpp, and a dry run, count all experts with RAM."""
    ram = sizes[RAM]
    held = DeviceBytes(
        ram.model - all_matrices(layers) + cache.slots, ram.context, ram.compute + working_bytes(cache)
    )
    return {**sizes, RAM: held, DISK: DeviceBytes(left_in_file(cache, layers))}


def left_in_file(cache: ExpertCache, layers: tuple[Slots, ...]) -> int:
    """Bytes of experts that have no slot."""
    slots = {granted.layer: granted.slots for granted in cache.layers}
    return sum((layer.experts - slots[layer.layer]) * (layer.slot - layer.vectors) for layer in layers)


def states_limit(plan: Plan | None, usual: int) -> int:
    """Bytes of RAM that one kind of states of prompts may take, `usual` unless experts are read from the file: then
    all share the budget."""
    if plan is None or plan.mode != "disk":
        return usual
    return min(usual, kept_bytes(plan.budgets[RAM]) // 2)


def kept_bytes(budget: int) -> int:
    """Of a budget of RAM, what the states of earlier prompts may take beside the slots."""
    return min(budget // KEPT_SHARE, MOST_KEPT)


def served_from_disk(cache: ExpertCache | None) -> frozenset[int]:
    """The numbers of the layers whose experts stay in the file."""
    if cache is None or cache.source != DISK:
        return frozenset()
    return frozenset(layer.layer for layer in cache.layers)


def _bare(given: Given, choice: Choice, budget: int) -> ExpertCache:
    """The cache without slots."""
    whole = -(-choice.ubatch // given.index.experts_used)
    for tokens in (max(whole, ROWS, choice.sequences), max(ROWS, choice.sequences)):
        cache = ExpertCache(RAM, (), workspace_bytes(given.index, tokens), tokens, "brought", DISK)
        if working_bytes(cache) * _ROWS_SHARE <= budget:
            break
    return cache


def _least(layers: tuple[Slots, ...]) -> tuple[CachedLayer, ...]:
    return tuple(CachedLayer(layer.layer, layer.least, layer.bytes(layer.least)) for layer in layers)
