"""What a cache of single experts costs where it gains nothing: the CPU itself stands in for a graphics card.

The upcycled starter, decoding with every expert resident, out of RAM and out of the file, and with half of them,
beside the same without the cache.
"""

from __future__ import annotations

import statistics

import msgspec

from engine.local.isolated_call import Report, ask
from engine.placement.plan import DISK, RAM
from tests.support.experts.cached import cached_session
from tests.support.models.moe import EXPERTS, moe_model

ROUNDS = 5
PROMPT_TOKENS, ANSWER_TOKENS = 128, 128
# The middle one of which counts.
ANSWERS = 3
# Slots, and where the experts lie.
WAYS = {"plain": (0, RAM), "all": (EXPERTS, RAM), "disk": (EXPERTS, DISK), "half": (EXPERTS // 2, RAM)}


class Figures(msgspec.Struct, frozen=True, tag="figures"):
    """Of one process: the speeds of the middle one of its answers in tokens per second, and bytes per token."""

    decode_tps: float
    prefill_tps: float
    hit_rate: float = 0.0
    brought: float = 0.0
    moved: float = 0.0


def compare() -> dict[str, tuple[Figures, float]]:
    """Medians over rounds in which the ways take turns, each in a process of its own, and the median of the rounds'
    own ratios of decoding beside the plain one."""
    rounds = [{way: ask(_measure, placed, Figures) for way, placed in WAYS.items()} for _ in range(ROUNDS)]
    return {way: (_medians([one[way] for one in rounds]), _beside(rounds, way)) for way in WAYS}


def _medians(rows: list[Figures]) -> Figures:
    columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
    return Figures(*(statistics.median(column) for column in columns))


def _beside(rounds: list[dict[str, Figures]], way: str) -> float:
    return statistics.median(one[way].decode_tps / one["plain"].decode_tps for one in rounds)


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
            (after.hits - before.hits) / max(after.uses - before.uses, 1),
            (after.brought_bytes - before.brought_bytes) / tokens,
            (after.moved_bytes - before.moved_bytes) / tokens,
        )
    finally:
        session.close()
