"""Speed with experts in the model's file: of each layer those that RAM lacks are read at once, the others computed
meanwhile, and then those that came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.expert_cache.hit_rates import HitRates
from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import DISK, DiskReads, ExpertCache
from engine.placement.slots.expert_slots import Slots, slots_of
from engine.placement.speed.cached_speed import CachedDecode, CachedReads
from engine.placement.speed.prefill import touched_share
from engine.placement.speed.rates import disk_rate

# Reads past the page cache begin and end with whole blocks of the disk: on average one more for each matrix.
BLOCK = 4096
# What a layer costs however little it reads: sorting hits from misses, waking the readers, waiting for them.
FLOOR_LAYER_S = 60e-6
# And with slots on a card above: launching the block there, and rows that come up one by one.
ABOVE_LAYER_S = 40e-6


class FloorPaths(NamedTuple):
    """How fast the CPU reads experts in RAM, in bytes per second, what the disk gives, and how fast a card reads
    those that it has above."""

    ram: float
    disk: DiskReads
    card: float = 0.0


def floor_decode(reads: Sequence[CachedReads], paths: FloorPaths, used: int, beside: float) -> CachedDecode:
    """Of a token that takes `beside` seconds for all but the experts of layers that are read from the file, and uses
    `used` of the experts of each."""
    rates = [_likely(read.rates) for read in reads]
    above = [_likely(read.above) for read in reads]

    def seconds(which: int) -> float:
        layers = zip(reads, rates, above, strict=True)
        return beside + sum(
            _layer_seconds(read, each[which], card[which], paths, used) for read, each, card in layers
        )

    means = HitRates(*(sum(column) / len(rates) for column in zip(*rates, strict=True)))
    return CachedDecode(seconds(0), seconds(1), seconds(2), means)


def floor_prompt_seconds(
    index: TensorIndex, cache: ExpertCache | None, disk: DiskReads, batch: int, computing: float
) -> float:
    """Seconds that a batch of a prompt takes longer than the `computing` seconds of all that is computed for it.

    Every expert that it touches and that has no slot is read once, and passes through the room beside the slots:
    while one is computed, or what lies between, the next ones are read into the places that are left.
    """
    if cache is None or cache.source != DISK or not cache.layers:
        return 0.0
    touched = touched_share(index.experts_used / index.experts, batch)
    own = {each.layer: each.own for each in cache.layers}
    layers = [layer for layer in slots_of(index) if layer.layer in own]
    places = max(cache.shared // max(layer.slot for layer in layers), 1)
    reading = sum(
        touched * (layer.experts - own[layer.layer]) * _read_s(layer, disk, places) for layer in layers
    )
    return max(reading - computing, 0.0) + min(reading, computing) / places


def _read_s(layer: Slots, disk: DiskReads, places: int) -> float:
    return (layer.slot + layer.tensors * BLOCK) / disk_rate(disk) + disk.wait_s / places


def _likely(rates: HitRates) -> HitRates:
    """With slots that are worth halfway what they usually are, in place of none better than blind chance: of what was
    measured (`docs/expert_cache.md`) one in fifteen is below, and where the disk is waited for all depends on it."""
    return rates._replace(low=(rates.low + rates.expected) / 2)


def _layer_seconds(read: CachedReads, hit_rate: float, above: float, paths: FloorPaths, used: int) -> float:
    missed, held = read.routed * (1 - hit_rate), read.routed * max(hit_rate - above, 0.0)
    waiting = min(used * (1 - hit_rate), 1.0) * paths.disk.wait_s
    reading = (missed + used * (1 - hit_rate) * read.tensors * BLOCK) / disk_rate(paths.disk) + waiting
    seconds = max(reading, held / paths.ram) + missed / paths.ram
    if not above:
        return seconds + FLOOR_LAYER_S
    return max(seconds, read.routed * above / paths.card) + FLOOR_LAYER_S + ABOVE_LAYER_S
