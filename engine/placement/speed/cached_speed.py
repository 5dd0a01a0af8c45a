"""Decode time with an expert cache.

Of each layer the experts that are resident (hits) are computed on the device. The others (misses) are computed by
the CPU at the same time and brought for the next time in the background, or are brought first and computed on the
device as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.expert_cache.hit_rates import HitRates, expected_hit_rate
from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import ExpertCache

# What a layer costs however small it is, besides hand-overs, where it was not measured: launching the block on the
# device, and waiting for both sides.
CACHED_LAYER_S = 100e-6
# Of the misses that the CPU computes, those brought in the background, which reads them from RAM once more: what the
# cache's policy admits on recorded and made routings (`docs/expert_cache.md`).
BROUGHT = 0.35


class Paths(NamedTuple):
    """Bytes per second at which the device reads its memory and the CPU reads RAM, and over the link between them.
    `apart`: they are different memories. `fixed`: seconds of a layer however little it reads. `paging`: seconds that
    a byte of experts in RAM takes on top because not all of them fit."""

    device: float
    ram: float
    link: float
    apart: bool
    fixed: float
    paging: float


class CachedReads(NamedTuple):
    """What one token reads of the experts of one layer in the cache, in bytes, the hit rates of its slots, and of how
    many tensors an expert is made. `above` are those of slots on a card above slots in RAM, among them."""

    routed: float
    rates: HitRates
    tensors: int = 0
    above: HitRates = HitRates(0.0, 0.0, 0.0)


class CachedDecode(NamedTuple):
    """Seconds of a token at the lowest, the expected and the highest hit rates, and these."""

    low: float
    expected: float
    high: float
    rates: HitRates


def cached_reads(index: TensorIndex, cache: ExpertCache | None) -> tuple[CachedReads, ...]:
    """By layer in the cache."""
    if cache is None:
        return ()
    by_number = {layer.number: layer for layer in index.layers}
    own, above = cache.own, cache.slots_above

    def rates(slots: int) -> HitRates:
        return expected_hit_rate(min(slots, index.experts), index.experts, index.experts_used)

    return tuple(
        CachedReads(
            by_number[granted.layer].expert_bytes * index.experts_used / index.experts,
            rates(own[granted.layer]),
            len(by_number[granted.layer].expert_tensors),
            rates(above.get(granted.layer, 0)),
        )
        for granted in cache.layers
    )


def cached_decode(
    reads: Sequence[CachedReads], cache: ExpertCache, paths: Paths, beside: float
) -> CachedDecode:
    """Of a token that takes `beside` seconds for all but the experts in cached layers."""
    low, expected, high = (
        _with_what_is_brought(reads, cache, paths, beside, tuple(read.rates[which] for read in reads))
        for which in range(3)
    )
    return CachedDecode(low[0], expected[0], high[0], HitRates(low[1], expected[1], high[1]))


def _with_what_is_brought(
    reads: Sequence[CachedReads], cache: ExpertCache, paths: Paths, beside: float, rates: Sequence[float]
) -> tuple[float, float]:
    """Seconds of a token and the mean of `rates`, lowered where the link cannot upload all misses in time."""
    seconds = beside + _seconds(reads, cache, paths, rates)
    wanted = BROUGHT * sum(read.routed * (1 - rate) for read, rate in zip(reads, rates, strict=True))
    if cache.misses == "computed" and wanted > seconds * paths.link:
        brought = seconds * paths.link / wanted
        rates = [
            read.rates.low + brought * (rate - read.rates.low)
            for read, rate in zip(reads, rates, strict=True)
        ]
        seconds = beside + _seconds(reads, cache, paths, rates)
    return seconds, sum(rates) / len(rates)


def _seconds(reads: Sequence[CachedReads], cache: ExpertCache, paths: Paths, rates: Sequence[float]) -> float:
    return sum(
        _layer_seconds(read.routed, rate, cache, paths) for read, rate in zip(reads, rates, strict=True)
    )


def _layer_seconds(routed: float, hit_rate: float, cache: ExpertCache, paths: Paths) -> float:
    missed = routed * (1 - hit_rate)
    fixed = paths.fixed + missed * paths.paging
    if cache.misses == "brought":
        return missed / paths.link + routed / paths.device + fixed
    on_device = routed * hit_rate / paths.device
    in_ram = missed * (1 + BROUGHT) / paths.ram
    return (max(on_device, in_ram) if paths.apart else on_device + in_ram) + fixed
