"""What an engine tells of an answer that has not begun yet, as events of an answer or of a run. Pure."""

from __future__ import annotations

from app.services.events import AnswerPrefill, AnswerWaits, RunPrefill, RunWaits
from app.services.rereading import worth_telling
from engine.api import PrefillProgress, Queued

# What may come before the first word: how many are ahead, then how much of the prompt is read.
Progress = Queued | PrefillProgress


def answer_progress(message: int, event: Progress) -> AnswerWaits | AnswerPrefill:
    """Of the answer `message`."""
    if isinstance(event, Queued):
        return AnswerWaits(message, event.ahead)
    reread = worth_telling(event.reread, event.total, event.cached)
    return AnswerPrefill(message, event.done, event.total, reread)


def run_progress(run: int, event: Progress) -> RunWaits | RunPrefill:
    """Of the turn that the run waits for."""
    if isinstance(event, Queued):
        return RunWaits(run, event.ahead)
    return RunPrefill(run, event.done, event.total, worth_telling(event.reread, event.total, event.cached))


def of_answer(message: int, event: RunWaits | RunPrefill) -> AnswerWaits | AnswerPrefill:
    """What is told of a run, as told of the answer that it writes."""
    if isinstance(event, RunWaits):
        return AnswerWaits(message, event.ahead)
    return AnswerPrefill(message, event.done, event.total, event.reread)
