"""Sums of usage and timings of a run's turns. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import msgspec

from agents.events import ModelTurn
from app.services.models.cache_miss import reread_tokens
from engine.values import Timings, Usage


def usage_of(turns: Iterable[ModelTurn]) -> Usage:
    """The usage of all turns; recomputation is that of the turn with the largest."""
    used = [turn.usage for turn in turns]
    recomputations = [usage.recomputed for usage in used if usage.recomputed is not None]
    total = functools.reduce(Usage.plus, used, Usage())
    return msgspec.structs.replace(total, recomputed=max(recomputations, key=reread_tokens, default=None))


def timings_of(turns: Sequence[ModelTurn]) -> Timings:
    """The timings of all turns: the wait before the first one, the sums, and the mean speeds."""
    if not turns:
        return Timings()
    first = turns[0].timings
    return Timings(
        load_s=first.load_s,
        ttft_s=first.ttft_s,
        prefill_tps=_mean(
            (turn.usage.prompt_tokens - turn.usage.cached_tokens, turn.timings.prefill_tps) for turn in turns
        ),
        decode_tps=_mean((turn.usage.completion_tokens, turn.timings.decode_tps) for turn in turns),
        reasoning_s=sum(turn.timings.reasoning_s for turn in turns),
        queue_s=sum(turn.timings.queue_s for turn in turns),
        prefill_s=sum(turn.timings.prefill_s for turn in turns),
        decode_s=sum(turn.timings.decode_s for turn in turns),
        python_s=sum(turn.timings.python_s for turn in turns),
        batch=_batch(turns),
    )


def _batch(turns: Sequence[ModelTurn]) -> float:
    """The mean batch size, weighted by the turns' durations."""
    known = [(turn.timings.decode_s, turn.timings.batch) for turn in turns if turn.timings.batch > 0]
    seconds = sum(decode_s for decode_s, _ in known)
    return sum(decode_s * batch for decode_s, batch in known) / seconds if seconds else 0.0


def _mean(parts: Iterable[tuple[int, float]]) -> float:
    """The mean speed of all `parts`, each a number of tokens at a speed; 0.0 where none is known."""
    known = [(tokens, speed) for tokens, speed in parts if tokens > 0 and speed > 0]
    seconds = sum(tokens / speed for tokens, speed in known)
    return sum(tokens for tokens, _ in known) / seconds if seconds else 0.0
