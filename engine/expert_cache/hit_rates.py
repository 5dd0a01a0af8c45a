"""How many of the uses of experts a cache will serve, told before anything ran."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple


class HitRates(NamedTuple):
    """Shares of uses, 0 to 1."""

    low: float
    expected: float
    high: float


# Share of the experts that have slots, and hit rate: Qwen3.8-Flash-Next, 512 experts, 10 of them used.
_PUBLISHED = ((0.0, 0.0), (0.125, 0.67), (0.25, 0.81), (1.0, 1.0))


def expected_hit_rate(slots: int, experts: int, used: int, batch: int = 1) -> HitRates:
    """Of a layer with `slots` slots for `experts` experts of which each token uses `used`, `batch` tokens in a step.

    1.0 where every expert has a slot. Never falls when slots grow. Raises ValueError where slots, used or batch are
    out of range.
    """
    if not (0 <= slots <= experts and 1 <= used <= experts and batch >= 1):
        raise ValueError(f"{slots} slots, {used} of {experts} experts, {batch} tokens")
    low = slots / experts
    expected = _shared(low, batch)
    return HitRates(low, expected, expected + (1 - expected) / 3 if slots else 0.0)


def _shared(share: float, batch: int) -> float:
    """Each of `batch` texts has its part of the slots, and finds in those of the others what chance gives."""
    own = share / batch
    if own >= 1:
        return 1.0
    others = (share - own) / (1 - own)
    return 1 - (1 - _local(own)) * (1 - others)


def _local(share: float) -> float:
    for (left, low), (right, high) in pairwise(_PUBLISHED):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return 1.0
