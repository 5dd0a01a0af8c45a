"""How an answer ended, in words, and whether it can go on."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.services.models.fullness import FULL
from app.store.records import Message
from engine.errors import ErrorInfo


def end_words(message: Message) -> str:
    """Why an answer ended that did not end by itself."""
    if (told := message.error or why_ended(message)) is not None:
        return languages.tell(told)
    if message.state == "length":
        return QCoreApplication.translate("AnswerEnd", "The answer reached the maximum length and stopped.")
    if message.state == "stopped" and not (message.content or message.reasoning or message.run):
        return QCoreApplication.translate("AnswerEnd", "Stopped before anything was written.")
    if message.state == "stopped":
        return QCoreApplication.translate("AnswerEnd", "Stopped. The text so far is kept.")
    return QCoreApplication.translate("AnswerEnd", "No answer was received.")


def why_ended(message: Message) -> ErrorInfo | None:
    """Why it ended before all was said, where that was not wanted: its run, or the end of the context."""
    ends = ("run.ended_", FULL) if message.run else (FULL,)
    return next((notice for notice in message.notices if notice.code.startswith(ends)), None)


def can_continue(message: Message) -> bool:
    """Whether an answer that ended early can be gone on with."""
    if message.run:
        return message.state != "failed"
    return message.state != "failed" and bool(message.content or message.reasoning)
