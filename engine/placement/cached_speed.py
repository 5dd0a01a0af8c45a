"""How long one token's experts take where a cache keeps some of them on a device.

Of each layer the experts that are resident (hits) are computed on the device. The others (misses) are computed by
the CPU at the same time and brought for the next time in the background, or are brought first and computed on the
device as well.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.expert_cache.hit_rates import HitRates, expected_hit_rate
from engine.placement.plan import ExpertCache
from engine.placement.tensor_index import TensorIndex

# What a layer costs however small it is: the block's own launches on the device, and waiting for both sides.
CACHED_LAYER_S = 60e-6
# A miss that is brought in the background is read from RAM once more. Part of that falls into the time in which the
# CPU waits for the device anyway.
BACKGROUND_READS = 0.5


class Paths(NamedTuple):
    """Bytes per second at which the device reads its memory and the CPU reads RAM, and over the link between them.
    `apart`: they are different memories. `hop`: seconds of a hand-over."""

    device: float
    ram: float
    link: float
    apart: bool
    hop: float


class CachedReads(NamedTuple):
    """What one token reads of the experts of one layer in the cache, and the hit rates of its slots."""

    routed: float
    rates: HitRates


def cached_reads(index: TensorIndex, cache: ExpertCache | None) -> tuple[CachedReads, ...]:
    """By layer in the cache."""
    if cache is None:
        return ()
    by_number = {layer.number: layer for layer in index.layers}
    return tuple(
        CachedReads(
            by_number[granted.layer].expert_bytes * index.experts_used / index.experts,
            expected_hit_rate(granted.slots, index.experts, index.experts_used),
        )
        for granted in cache.layers
    )


def mean_rates(reads: tuple[CachedReads, ...]) -> HitRates:
    """The share of all uses that are hits; each layer has equally many."""
    if not reads:
        return HitRates(0.0, 0.0, 0.0)
    return HitRates(*(sum(rates) / len(reads) for rates in zip(*(read.rates for read in reads), strict=True)))


def missed_bytes(reads: tuple[CachedReads, ...], which: int) -> float:
    """What a token reads of RAM; `which` of the hit rates, as in `HitRates`."""
    return sum(read.routed * (1 - read.rates[which]) for read in reads)


def cached_seconds(reads: tuple[CachedReads, ...], cache: ExpertCache, paths: Paths, which: int) -> float:
    """Seconds of one token in the cached layers' experts; `which` of the hit rates."""
    return sum(_layer_seconds(read.routed, read.rates[which], cache, paths) for read in reads)


def _layer_seconds(routed: float, hit_rate: float, cache: ExpertCache, paths: Paths) -> float:
    missed = routed * (1 - hit_rate)
    fixed = CACHED_LAYER_S + 2 * paths.hop
    if cache.misses == "brought":
        return missed / paths.link + routed / paths.device + fixed
    on_device = routed * hit_rate / paths.device
    in_ram = missed * (1 + BACKGROUND_READS) / paths.ram
    return (max(on_device, in_ram) if paths.apart else on_device + in_ram) + fixed
