"""Whether a conversation has come to the end of the model's context. Pure."""

from __future__ import annotations

from app.store.records import Message
from engine.api import Finished

OVERFLOW = "engine.context_overflow"
FULL = "chat.context_full"
# An engine may end an answer these few tokens before the very last one.
_LEFT = 16


def ends_full(finished: Finished, context: int) -> bool:
    """Whether an answer ended because `context` tokens are full, and not at a limit of its own."""
    used = finished.usage.prompt_tokens + finished.usage.completion_tokens
    return finished.reason == "length" and context > 0 and used >= context - _LEFT


def is_refused(message: Message) -> bool:
    """Whether an answer did not begin because what it answers is longer than the context."""
    return message.error is not None and message.error.code == OVERFLOW


def is_full(message: Message) -> bool:
    """Whether there was no room for the answer, or for the end of it."""
    return is_refused(message) or any(notice.code == FULL for notice in message.notices)
