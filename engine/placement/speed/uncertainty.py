"""How far off a prediction may be.

Each kind of what is not known is one standard deviation of the logarithm of the speed; they are independent, so their
squares add up. A range holds nine of ten.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from engine.placement.plan import RAM, Device, DiskReads
from engine.placement.speed.gpu_bandwidths import published_bandwidth, published_link
from engine.placement.speed.gpu_flops import reached_flops
from engine.placement.speed.reads import Reads

NINE_OF_TEN = 1.645
# What builds, drivers, back ends and quantisations do to the same machine and model: in published tables two back
# ends of one card differ by 1.1 to 1.3 in decode and twice as much in prefill.
_DECODE_KERNELS, _PREFILL_KERNELS = 0.15, 0.25
# Decode. A card's bandwidth by its name, or guessed; RAM's, guessed; experts divided between a card and RAM.
_NAMED_CARD, _GUESSED_CARD, _GUESSED_RAM, _DIVIDED = 0.08, 0.4, 0.25, 0.1
# Prefill. Rates by name, guessed; a link by name, guessed.
_NAMED_RATE, _GUESSED_RATE, _NAMED_LINK, _GUESSED_LINK = 0.15, 0.45, 0.2, 0.4
# Page faults, and networks.
_PAGING, _NETWORK = 0.4, 0.35
# Single experts from a disk: its speed guessed, and measured on a cool disk that nobody else used.
_GUESSED_DISK, _MEASURED_DISK = 0.5, 0.15

Range = tuple[float, float]


def around(value: float, deviation: float) -> Range:
    """The range that holds nine of ten, of a speed that may be off by such a deviation."""
    factor = math.exp(NINE_OF_TEN * deviation)
    return value / factor, value * factor


def combined(deviations: Iterable[float]) -> float:
    return math.sqrt(sum(each * each for each in deviations))


def decode_deviation(devices: Mapping[str, Device], reads: Mapping[str, Reads], paged: int) -> float:
    kinds = [_DECODE_KERNELS]
    for name, read in reads.items():
        device = devices[name]
        if not read.dense and not read.routed:
            continue
        if device.kind == "rpc":
            kinds.append(_NETWORK)
        elif not device.bandwidth and name == RAM:
            kinds.append(_GUESSED_RAM)
        elif not device.bandwidth:
            kinds.append(_NAMED_CARD if published_bandwidth(device.description) else _GUESSED_CARD)
    if _divided(reads):
        kinds.append(_DIVIDED)
    return combined([*kinds, _PAGING if paged else 0.0])


def prefill_deviation(
    devices: Mapping[str, Device], reads: Mapping[str, Reads], paged: int, *, streams: bool
) -> float:
    kinds = [_PREFILL_KERNELS]
    for name, read in reads.items():
        device = devices[name]
        if not read.dense and (not read.routed or (streams and name == RAM)):
            continue
        if device.kind == "rpc":
            kinds.append(_NETWORK)
        known = bool(device.flops or reached_flops(device.description))
        kinds.append(_NAMED_RATE if known else _GUESSED_RATE)
    if streams and reads[RAM].routed:
        kinds += [_link_deviation(device) for device in devices.values() if device.streams][:1]
    return combined([*kinds, _PAGING if paged else 0.0])


def disk_deviation(disk: DiskReads) -> float:
    """Of a placement whose experts are read from the file."""
    return _MEASURED_DISK if disk.bandwidth else _GUESSED_DISK


def _link_deviation(device: Device) -> float:
    if device.link:
        return 0.0
    return _NAMED_LINK if published_link(device.description) else _GUESSED_LINK


def _divided(reads: Mapping[str, Reads]) -> bool:
    return reads[RAM].routed > 0 and any(read.layers for name, read in reads.items() if name != RAM)
