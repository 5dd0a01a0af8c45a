"""The way of attention: plain or flash, and as what keys and values are kept.

On a card flash attention is always the better one, and on a processor mostly where it is ours (`engine/attention`).
ggml's walks keys and values once for each query head, so plain attention writes answers faster there where one is
written at a time; it computes what is masked, too, which is what other answers keep in the same context, and holds
the scores of a whole ubatch.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.placement.candidate import Candidate, work_out
from engine.placement.plan import Attention, CacheType, PlacementOptions
from engine.placement.planning_input import Choice, Given

# Other memory, and other roundings than everybody has, must save something. What one layer was measured to save, a
# model does not always: where layers said 1.06, whole answers took as long and prompts a fifth longer.
WORTH_ANOTHER_WAY = 1.1
# Scores of a smaller ubatch take less memory and stay in the processor's caches: prompts are read as fast.
UBATCHES = (256, 512)
_NEAR = 1.03


def attended(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    """The choice with the fastest way of attention for a usual conversation that `options` leave open.

    Never a way that has less room for what was chosen. Half of the bytes are left to `options`, for they change
    answers: bf16 rounds no more than the sums around it.
    """
    usual = work_out(given, choice)
    found = usual
    for attention, kv_type in _ways(given, options, choice):
        way = msgspec.structs.replace(choice, attention=attention, cache_type=kv_type)
        tried = _smallest_near_the_best(given, options, way)
        as_well = tried.missing <= usual.missing and tried.paged <= usual.paged
        forced = options.attention == attention != found.choice.attention
        if forced or (as_well and tried.answer_s * WORTH_ANOTHER_WAY <= found.answer_s):
            found = tried
    return found.choice


def _ways(given: Given, options: PlacementOptions, choice: Choice) -> Iterator[tuple[Attention, CacheType]]:
    """The other ways, those that round as everybody's do before those that do not. On a device, and before
    the processor was timed, there is none that nobody asked for."""
    if options.attention is None and (choice.devices or not given.machine.attention):
        return
    several = options.together or options.streams > 1
    kinds: tuple[CacheType, ...] = (choice.cache_type,)
    if choice.cache_type == "f16" and options.cache_type is None and given.machine.attention:
        kinds = ("f16", "bf16")
    for kv_type in kinds:
        if options.attention != "flash" and _may_be_plain(given, kv_type) and not several:
            yield "plain", kv_type
        if options.attention != "plain" and kv_type != choice.cache_type:
            yield "flash", kv_type


def _may_be_plain(given: Given, kv_type: CacheType) -> bool:
    """Quantised values want flash attention. So do those that are a part of the keys (latent attention): they lie
    in rows, and would be transposed anew for each token."""
    attends = [layer for layer in given.index.cache if layer.k]
    return kv_type in ("f16", "bf16") and bool(attends) and all(layer.v for layer in attends)


def _smallest_near_the_best(given: Given, options: PlacementOptions, way: Choice) -> Candidate:
    if way.attention == "flash" or options.ubatch or options.sees:
        return work_out(given, way)
    sizes = [ubatch for ubatch in UBATCHES if ubatch <= way.ubatch] or [way.ubatch]
    tried = [work_out(given, msgspec.structs.replace(way, ubatch=ubatch)) for ubatch in sizes]
    best = min(_rank(each) for each in tried)
    return next(each for each in tried if _rank(each)[:2] == best[:2] and each.answer_s <= _NEAR * best[2])


def _rank(candidate: Candidate) -> tuple[int, int, float]:
    return candidate.missing, candidate.paged, candidate.answer_s
