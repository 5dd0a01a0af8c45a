"""Expected hit rates of an expert cache, before anything ran.

Others measured the share of uses that the experts used last (LRU) serve, on models of 128 to 512 experts with slots
for a sixteenth to two thirds of them; `docs/expert_cache.md` has the numbers and their sources. Read as odds, hits
against misses, they lie near one line: some twelve times the odds of slots that hold any experts, as of 0.12 of the
experts:

    Qwen3.8-Flash-Next, 512/10: 0.125 -> 0.67, 0.25 -> 0.81                    (ggml-org/llama.cpp PR 27861)
    the same, 300 tokens from cold: 0.06 -> 0.44, 0.12 -> 0.62, 0.24 -> 0.79   (kekzl/imp PR 2061)
    Qwen3-30B-A3B, 128/8, cold: 0.06 -> 0.37, 0.19 -> 0.74, 0.38 -> 0.89       (kekzl/imp PR 1374)

Where a token uses a large part of the experts, fewer of them come again sooner than chance would have it: LRU serves
some 40 to 60% of Mixtral's uses (two of eight; arXiv 2312.17238), read here as twice the odds with two to four slots.
Between the two shapes the odds follow a power of used/experts. What the cache's own policy adds to LRU is left out.
"""

from __future__ import annotations

from typing import NamedTuple


class HitRates(NamedTuple):
    """Shares of uses, 0 to 1."""

    low: float
    expected: float
    high: float


# Times the odds of chance, for a token that uses at most this share of the experts, and where it uses a quarter.
_LOCALITY, _SPARSE = 12.0, 1 / 16
_LEAST_LOCALITY = 2.0
# Doubling used/experts divides the odds by 2.4: from 12 at a sixteenth to 2 at a quarter.
_FALL = 1.3
# The best that was measured over what is usual: 0.95 with slots for 0.4 of the experts (kekzl/imp PR 1359).
_BEST = 2.5


def expected_hit_rate(slots: int, experts: int, used: int, batch: int = 1) -> HitRates:
    """Of a layer with `slots` slots for `experts` experts of which each token uses `used`.

    `batch` are texts that are written at once, one token of each in a step. `low` is what slots are worth whose
    experts were picked blindly, as from a router that spreads its choices evenly and remembers nothing. 1.0 where
    every expert has a slot; never falls when slots grow. Raises ValueError where a number is out of range.
    """
    if not (0 <= slots <= experts and 1 <= used <= experts and batch >= 1):
        raise ValueError(f"{slots} slots, {used} of {experts} experts, {batch} texts")
    share = slots / experts
    dense = max(used / experts / _SPARSE, 1.0)
    locality = max(_LOCALITY * dense**-_FALL, _LEAST_LOCALITY)
    return HitRates(share, _among(batch, share, locality), _among(batch, share, _BEST * locality))


def _among(texts: int, share: float, locality: float) -> float:
    """Each text has its part of the slots, and finds in those of the others what chance gives."""
    own = share / texts
    if own >= 1:
        return 1.0
    others = (share - own) / (1 - own)
    alone = locality * own / (1 + (locality - 1) * own)
    return min(max(1 - (1 - alone) * (1 - others), share), 1.0)
