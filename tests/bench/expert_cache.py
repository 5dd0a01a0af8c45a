"""What a cache of single experts costs where it gains nothing: the CPU itself stands in for a graphics card.

The upcycled starter, decoding with every expert resident, out of RAM and out of the file, and with half of them,
beside the same without the cache.
"""

from __future__ import annotations

import statistics

import msgspec

from engine.local.isolated_call import Report, ask
from engine.placement.plan import DISK, RAM
from tests.support.cached import cached_session
from tests.support.moe import EXPERTS, moe_model

ROUNDS = 5
PROMPT_TOKENS, ANSWER_TOKENS = 128, 128
# The middle one of which counts.
ANSWERS = 3
# Slots, and where the experts lie.
WAYS = {"plain": (0, RAM), "all": (EXPERTS, RAM), "disk": (EXPERTS, DISK), "half": (EXPERTS // 2, RAM)}


class Figures(msgspec.Struct, frozen=True, tag="figures"):
    """Of one measured answer; speeds in tokens per second, bytes per token. `beside`: its speed of decoding beside
    that of the plain one of the same round."""

    decode_tps: float
    prefill_tps: float
    beside: float = 1.0
    hit_rate: float = 0.0
    brought: float = 0.0
    moved: float = 0.0


def compare() -> dict[str, Figures]:
    """Medians over rounds in which the ways take turns, each in a process of its own."""
    found: dict[str, list[Figures]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, placed in WAYS.items():
            one = ask(_measure, placed, Figures)
            found[way].append(
                msgspec.structs.replace(one, beside=one.decode_tps / (found["plain"] or [one])[-1].decode_tps)
            )
    return {
        way: Figures(
            *(statistics.median(column) for column in zip(*map(msgspec.structs.astuple, rows), strict=True))
        )
        for way, rows in found.items()
    }


def _measure(tell: Report, slots: int, source: str) -> Figures:
    from engine.local.measure import speed
    from engine.local.threads import default_threads

    def alive() -> None:
        tell(0.5)

    session = cached_session(str(moe_model()), slots, context=1024, threads=default_threads(), source=source)
    try:
        # An answer before the measured one, so that every expert has fired.
        speed.measure(session, PROMPT_TOKENS, ANSWER_TOKENS, alive)
        before = session.caching.counters if session.caching else None
        answers = [speed.measure(session, PROMPT_TOKENS, ANSWER_TOKENS, alive) for _ in range(ANSWERS)]
        speeds = sorted(answers, key=lambda each: each.decode_tps)[ANSWERS // 2]
        if session.caching is None or before is None:
            return Figures(speeds.decode_tps, speeds.prefill_tps)
        after = session.caching.counters
        tokens = max(after.tokens - before.tokens, 1)
        return Figures(
            speeds.decode_tps,
            speeds.prefill_tps,
            1.0,
            (after.hits - before.hits) / max(after.uses - before.uses, 1),
            (after.brought_bytes - before.brought_bytes) / tokens,
            (after.moved_bytes - before.moved_bytes) / tokens,
        )
    finally:
        session.close()
