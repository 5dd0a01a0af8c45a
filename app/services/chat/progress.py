"""Queue and prefill progress as events of an answer. Pure."""

from __future__ import annotations

from app.services.chat.events import AnswerPrefill, AnswerWaits
from app.services.models.cache_miss import worth_telling
from app.services.models.turns import Progress
from app.services.runs.events import RunPrefill, RunWaits
from engine.api import Queued


def answer_progress(message: int, event: Progress) -> AnswerWaits | AnswerPrefill:
    """Of the answer `message`."""
    if isinstance(event, Queued):
        return AnswerWaits(message, event.ahead)
    recomputed = worth_telling(event.recomputed, event.total, event.cached)
    return AnswerPrefill(message, event.done, event.total, recomputed)


def of_answer(message: int, event: RunWaits | RunPrefill) -> AnswerWaits | AnswerPrefill:
    """What is told of a run, as told of the answer that it writes."""
    if isinstance(event, RunWaits):
        return AnswerWaits(message, event.ahead)
    return AnswerPrefill(message, event.done, event.total, event.recomputed)
