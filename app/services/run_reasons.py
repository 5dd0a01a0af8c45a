"""Why a run ended, as something that can be told in a sentence. Pure."""

from __future__ import annotations

from agents.events import RunFinished
from engine.errors import ErrorInfo

# Every reason of `RunFinished` has a sentence "run.ended_REASON" in app/sentences.
REASONS = (
    "answered",
    "steps",
    "time",
    "tokens",
    "calls",
    "errors",
    "malformed",
    "loop",
    "empty",
    "user",
    "paused",
    "context",
    "model",
    "interrupted",
    "ended",
)


def why_ended(reason: str, error: ErrorInfo | None = None) -> ErrorInfo:
    """What to tell for a `reason`; the error itself where that says more."""
    if error is not None and reason in ("model", "context"):
        return error
    return ErrorInfo(f"run.ended_{reason}" if reason in REASONS else "run.ended_ended")


def why_finished(finished: RunFinished) -> ErrorInfo:
    return why_ended(finished.reason, finished.error)
