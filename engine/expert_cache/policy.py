"""Eviction policy: which experts keep a slot, as the plugin implements it (`native/slots.cpp`).

Each layer decides for itself. A *step* is one expert block that the layer computed with the cache. A score is the sum
over an expert's uses of 2^(-(steps since)/half_life): recent uses weigh most, frequent ones add up. Special cases are
the textbook policies:

- half_life 0: no scores, the use that is longest ago goes first (LRU);
- half_life < 0: nothing is ever forgotten (LFU);
- fixed: nothing is ever evicted (a static list).
"""

from __future__ import annotations

import msgspec

# The best of those that were simulated, over all routings together (docs/expert_cache.md).
_HALF_LIFE, _LONGEST_HALF_LIFE = 6, 48


class Policy(msgspec.Struct, frozen=True):
    """`half_life` in steps. `admission`: a miss is brought only if its score, this use included, is higher than
    that of the expert whose slot it would take, `margin` times; it changes nothing where half_life is 0. `fixed`: a
    full cache stays as it is."""

    half_life: float = 0.0
    admission: bool = False
    fixed: bool = False
    margin: float = 1.0


def policy_for(slots: float, used: int, *, admission: bool = True) -> Policy:
    """The policy to use with `slots` slots for a layer of which each token uses `used` experts.

    What half-life is best grows with the cache: it is some multiple of the steps that the cache could remember if no
    expert came again, but not longer than a text stays with something. Admission costs hardly a hit and brings a
    third of what would be brought without, which is read from RAM while the CPU wants to read there too. It is for
    a cache whose misses the CPU computes; where each is brought before it is computed, nothing may be refused.
    """
    return Policy(min(max(_HALF_LIFE * slots / used, 1.0), _LONGEST_HALF_LIFE), admission)


def above_policy(below: Policy) -> Policy:
    """Of slots on a card above slots in RAM whose policy is `below` (`MARGIN` in `native/above.cpp`): what leaves the
    card is gone but from the file, so that an expert must be clearly better."""
    return Policy(below.half_life, admission=True, margin=2.0)
