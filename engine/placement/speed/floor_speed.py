"""Speed with experts in the model's file: of each layer those that RAM lacks are read at once, the others computed
meanwhile, and then those that came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.expert_cache.hit_rates import HitRates
from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import DISK, DiskReads, ExpertCache
from engine.placement.slots.expert_slots import slots_of
from engine.placement.speed.cached_speed import CachedDecode, CachedReads
from engine.placement.speed.prefill import touched_share
from engine.placement.speed.rates import disk_rate

# Reads past the page cache begin and end with whole blocks of the disk: on average one more for each matrix.
BLOCK = 4096
# What a layer costs however little it reads: sorting hits from misses, waking the readers, waiting for them.
FLOOR_LAYER_S = 60e-6
# And with slots on a card above: launching the block there, and rows that come up one by one.
ABOVE_LAYER_S = 40e-6
# A prompt's experts come in waves that fill so large a part of the slots (`native/cache.h`).
WAVES = 4


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
    """Seconds that reading takes longer than the `computing` seconds of the experts of a batch of a prompt.

    Every expert that the batch touches and RAM lacks is read once, in waves: while one is computed the next ones are
    read into the slots that are left, and the first is waited for.
    """
    if cache is None or cache.source != DISK or not cache.layers:
        return 0.0
    share = index.experts_used / index.experts
    touched = touched_share(share, batch)
    granted = {each.layer: each for each in cache.layers}
    each_computing = computing / len(granted)
    seconds = 0.0
    for layer in slots_of(index):
        if layer.layer in granted:
            absent = layer.experts - granted[layer.layer].own
            expert = (layer.slot + layer.tensors * BLOCK) / disk_rate(disk)
            slots = max(granted[layer.layer].slots, 1)
            wave = max(slots // WAVES, 1)
            waves = max(touched * absent / wave, 1.0)
            reading = touched * absent * expert + waves * disk.wait_s
            seconds += reading - min(reading, each_computing) * (1 - 1 / waves) * (1 - wave / slots)
    return seconds


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
