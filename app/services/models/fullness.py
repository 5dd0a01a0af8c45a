"""Detects that a conversation fills the model's context. Pure."""

from __future__ import annotations

from app.store.records import Message
from engine.api import Finished

OVERFLOW = "engine.context_overflow"
FULL = "chat.context_full"
# An engine may end an answer this many tokens before the very last one.
_LEFT = 16


def ends_full(finished: Finished, context: int) -> bool:
    """Whether an answer ended because `context` tokens are full, not at its own limit."""
    used = finished.usage.prompt_tokens + finished.usage.completion_tokens
    return finished.reason == "length" and context > 0 and used >= context - _LEFT


def is_refused(message: Message) -> bool:
    """Whether an answer was refused because its prompt exceeds the context."""
    return message.error is not None and message.error.code == OVERFLOW


def is_full(message: Message) -> bool:
    """Whether the answer, or its end, did not fit."""
    return is_refused(message) or any(notice.code == FULL for notice in message.notices)
