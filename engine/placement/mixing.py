"""What a cache of experts shares its device with: whole layers, and the context's keys and values.

A whole layer never misses and needs no hand-over; each slot that the others get instead serves them less than the one
before. So the best plan usually has both. Keys and values in half the bytes leave room for more slots.
"""

from __future__ import annotations

import msgspec

from engine.placement.candidate import Candidate, unserved, work_out
from engine.placement.plan import CacheType, PlacementOptions
from engine.placement.planning_input import Choice, Given
from engine.placement.slots.expert_slots import slots_of

# Keys and values that are rounded to eight bits must save more than a few percent.
WORTH_ROUNDING = 1.05
_HALF: CacheType = "q8_0"
_Rank = tuple[bool, bool, float]


def mixed(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    """A choice with a cache, with as many whole layers as are asked for, else as are the fastest; and keys and values
    in half the bytes where `options` leave their type open and the slots that this makes room for save so much."""
    usual = _with_best_number(given, options, choice)
    free = options.cache_type is None and options.attention != "plain"
    if not free or choice.cache_type != "f16" or choice.attention != "flash":
        return usual
    found = work_out(given, usual)
    if sum(found.bytes[name].context for name in found.layout.devices) // 2 < _one_slot_each(given):
        return usual
    rounded = _with_best_number(given, options, msgspec.structs.replace(choice, cache_type=_HALF))
    before, after = _rank(given, found), _rank(given, work_out(given, rounded))
    return rounded if after[:2] <= before[:2] and after[2] * WORTH_ROUNDING <= before[2] else usual


def slots_for_rounding(given: Given, candidate: Candidate) -> int:
    """The slots that each layer gains because keys and values of this candidate take half the bytes; 0 where the
    cache has nothing to do with that, for others would not fit."""
    if candidate.choice.cache_type != _HALF or candidate.placement.expert_cache is None:
        return 0
    plain = work_out(given, msgspec.structs.replace(candidate.choice, cache_type="f16"))
    gained = _least_slots(candidate) - _least_slots(plain)
    return max(gained, 0) if plain.fits and plain.placement.expert_cache is not None else 0


def _with_best_number(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    if options.whole_layers is not None:
        return _with_whole(choice, options.whole_layers)
    tried: dict[int, tuple[_Rank, int]] = {}

    def rank(count: int) -> tuple[_Rank, int]:
        """Of numbers that give the same, the smallest: more do not fit."""
        if count not in tried:
            tried[count] = _rank(given, work_out(given, _with_whole(choice, count))), count
        return tried[count]

    layers = sum(1 for layer in given.index.layers if layer.experts)
    step = max(layers // 8, 1)
    best = min(range(0, layers, step), key=rank)
    while step > 1:
        step = -(-step // 2)
        best = min((best, max(best - step, 0), min(best + step, layers - 1)), key=rank)
    return _with_whole(choice, best)


def _with_whole(choice: Choice, count: int) -> Choice:
    return msgspec.structs.replace(choice, whole_layers=count)


def _one_slot_each(given: Given) -> int:
    return sum(layer.slot for layer in slots_of(given.index))


def _least_slots(candidate: Candidate) -> int:
    cache = candidate.placement.expert_cache
    return min(layer.slots for layer in cache.layers) if cache else 0


def _rank(given: Given, candidate: Candidate) -> _Rank:
    return (
        not candidate.fits,
        candidate.placement.expert_cache is None or unserved(given, candidate) > 0,
        candidate.answer_s,
    )
