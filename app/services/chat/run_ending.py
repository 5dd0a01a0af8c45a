"""Maps the end of a run to the end of its answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.events import Entry, ModelTurn, RunFinished
from app.services.runs.reasons import why_finished
from app.services.runs.totals import timings_of, usage_of
from engine.api import Finished
from engine.errors import ErrorInfo
from engine.values import FinishReason

# Normal ends, which need no notice.
_WANTED = ("answered", "user", "paused", "interrupted")


def ending_of(message: int, entries: Sequence[Entry]) -> Finished:
    """The end of the answer `message` whose run has the journal `entries`."""
    turns = [entry.event for entry in entries if isinstance(entry.event, ModelTurn)]
    last = entries[-1].event if entries else None
    finished = last if isinstance(last, RunFinished) else None
    usage, timings = usage_of(turns), timings_of(turns)
    notices = turns[-1].notices if turns else ()
    if finished is None:  # its end could not be recorded
        return Finished(message, "error", usage, timings, ErrorInfo("run.unsaved"))
    if finished.status == "failed":
        return Finished(message, "error", usage, timings, why_finished(finished), notices=notices)
    reason: FinishReason = "cancelled"
    if finished.status == "completed":
        reason = "length" if turns and turns[-1].finish_reason == "length" else "stop"
    if finished.reason not in _WANTED:
        notices = (*notices, why_finished(finished))
    if finished.left:
        notices = (
            *notices,
            ErrorInfo("run.left", {"steps": "; ".join(step.rstrip(".") for step in finished.left)}),
        )
    return Finished(message, reason, usage, timings, notices=notices)


def answer_of(entries: Sequence[Entry], streamed: str, kept: str = "") -> str:
    """The text of the answer: what the model said last after what was `kept` of it, or the text of a stopped
    turn.
    """
    finished = entries[-1].event if entries else None
    if isinstance(finished, RunFinished) and finished.status == "completed":
        return kept + finished.answer
    return streamed
