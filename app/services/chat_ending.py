"""How the run behind an answer ended, as the end of that answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.events import Entry, ModelTurn, RunFinished
from app.services.rereading import reread_tokens
from app.services.run_reasons import why_finished
from engine.api import Finished, FinishReason, Timings, Usage
from engine.errors import ErrorInfo

# Ends that were wanted: nothing needs to be said of them.
_WANTED = ("answered", "user", "paused", "interrupted")


def ending_of(message: int, entries: Sequence[Entry]) -> Finished:
    """The end of the answer `message` whose run has the journal `entries`."""
    turns = [entry.event for entry in entries if isinstance(entry.event, ModelTurn)]
    last = entries[-1].event if entries else None
    finished = last if isinstance(last, RunFinished) else None
    usage, timings = usage_of(turns), timings_of(turns)
    notices = turns[-1].notices if turns else ()
    if finished is None:  # its end could not be written down
        return Finished(message, "error", usage, timings, ErrorInfo("run.unsaved"))
    if finished.status == "failed":
        return Finished(message, "error", usage, timings, why_finished(finished), notices=notices)
    reason: FinishReason = "cancelled"
    if finished.status == "completed":
        reason = "length" if turns and turns[-1].finish_reason == "length" else "stop"
    if finished.reason not in _WANTED:
        notices = (*notices, why_finished(finished))
    return Finished(message, reason, usage, timings, notices=notices)


def answer_of(entries: Sequence[Entry], streamed: str, kept: str = "") -> str:
    """The text of the answer: what the model said last behind what was `kept` of it, or what came of a turn that was
    stopped."""
    finished = entries[-1].event if entries else None
    if isinstance(finished, RunFinished) and finished.status == "completed":
        return kept + finished.answer
    return streamed


def usage_of(turns: Iterable[ModelTurn]) -> Usage:
    """Of all turns together; what was read again is told of the turn in which it was most."""
    turns = list(turns)
    counts = {
        name: sum(getattr(turn.usage, name) for turn in turns)
        for name in Usage.__struct_fields__
        if name != "reread"
    }
    rereads = [turn.usage.reread for turn in turns if turn.usage.reread is not None]
    return Usage(**counts, reread=max(rereads, key=reread_tokens, default=None))


def timings_of(turns: Sequence[ModelTurn]) -> Timings:
    """Of all turns together: the waiting before the first one, the times of all, and the mean speeds."""
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
    """How many answers were written at once, on the average of the time that the turns were."""
    known = [(turn.timings.decode_s, turn.timings.batch) for turn in turns if turn.timings.batch > 0]
    seconds = sum(decode_s for decode_s, _ in known)
    return sum(decode_s * batch for decode_s, batch in known) / seconds if seconds else 0.0


def _mean(parts: Iterable[tuple[int, float]]) -> float:
    """The speed of all `parts`, each so many tokens at a speed; 0.0 where none is known."""
    known = [(tokens, speed) for tokens, speed in parts if tokens > 0 and speed > 0]
    seconds = sum(tokens / speed for tokens, speed in known)
    return sum(tokens for tokens, _ in known) / seconds if seconds else 0.0
