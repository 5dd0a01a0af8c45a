"""Whole layers beside a cache of experts: how many.

A whole layer never misses and needs no hand-over; each slot that the others get instead serves them less than the one
before. So the best plan usually has both.
"""

from __future__ import annotations

import msgspec

from engine.placement.candidate import Candidate, unserved, work_out
from engine.placement.plan import PlacementOptions
from engine.placement.planning_input import Choice, Given
from engine.placement.variations import answer_seconds


def mixed(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    """A choice with a cache, and so many whole layers as are asked for, else as many as are the fastest."""
    if options.whole_layers is not None:
        return _with_whole(choice, options.whole_layers)
    tried: dict[int, tuple[bool, bool, float]] = {}

    def rank(count: int) -> tuple[bool, bool, float]:
        if count not in tried:
            tried[count] = _rank(given, work_out(given, _with_whole(choice, count)))
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


def _rank(given: Given, candidate: Candidate) -> tuple[bool, bool, float]:
    return (
        not candidate.fits,
        candidate.placement.expert_cache is None or unserved(given, candidate) > 0,
        answer_seconds(candidate.predicted.prefill_tps, candidate.predicted.decode_tps),
    )
