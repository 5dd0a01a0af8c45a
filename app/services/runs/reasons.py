"""Reason for the end of a run, as a message code, and what the run took. Pure."""

from __future__ import annotations

from agents.events import RunFinished
from app.format import format_duration, format_energy
from app.language import Language
from app.messages import localized
from engine.errors import ErrorInfo

_ENDED = {
    "answered": ErrorInfo("run.ended_answered"),
    "idle": ErrorInfo("run.ended_idle"),
    "steps": ErrorInfo("run.ended_steps"),
    "time": ErrorInfo("run.ended_time"),
    "tokens": ErrorInfo("run.ended_tokens"),
    "calls": ErrorInfo("run.ended_calls"),
    "errors": ErrorInfo("run.ended_errors"),
    "malformed": ErrorInfo("run.ended_malformed"),
    "loop": ErrorInfo("run.ended_loop"),
    "empty": ErrorInfo("run.ended_empty"),
    "user": ErrorInfo("run.ended_user"),
    "paused": ErrorInfo("run.ended_paused"),
    "context": ErrorInfo("run.ended_context"),
    "workspace": ErrorInfo("run.ended_workspace"),
    "model": ErrorInfo("run.ended_model"),
    "interrupted": ErrorInfo("run.ended_interrupted"),
    "plan": ErrorInfo("run.ended_plan"),
    "plan_rejected": ErrorInfo("run.ended_plan_rejected"),
    "no_plan": ErrorInfo("run.ended_no_plan"),
}
# Unknown reasons of later versions become an end without a reason.
_OTHER = ErrorInfo("run.ended_ended")
# Every reason of `RunFinished`, and "idle".
REASONS = (*_ENDED, "ended")


def why_ended(reason: str, error: ErrorInfo | None = None) -> ErrorInfo:
    """The message for a `reason`; the error itself where that is more specific."""
    if error is not None and reason in ("model", "context", "workspace"):
        return error
    return _ENDED.get(reason, _OTHER)


def why_finished(finished: RunFinished) -> ErrorInfo:
    return why_ended(reason_of(finished), finished.error)


def reason_of(finished: RunFinished) -> str:
    """The reason; "idle" where the model answered and did nothing for it."""
    return "idle" if finished.reason == "answered" and finished.calls == 0 else finished.reason


def took(finished: RunFinished, language: Language) -> str:
    """What the run took: its time, its calls, the tokens that its model wrote and read, and energy where it was
    measured; "" where nothing is known."""
    if finished.calls < 0:
        return ""
    time = format_duration(max(0.0, finished.seconds), language)
    told = [localized("run.took", language, time=time, calls=finished.calls, tokens=finished.tokens)]
    if finished.read > 0:
        told.append(localized("run.read", language, read=finished.read, cached=max(0, finished.cached)))
    if finished.joules is not None:
        told.append(format_energy(finished.joules))
    return ", ".join(told)
