"""Tells by its fields whose conversation a value is, and reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.services.chat.exchange.reading import chatgpt, claude, llama_ui, lm_studio, open_webui
from app.services.chat.exchange.reading.foreign import objects
from app.services.chat.exchange.reading.tree import Foreign
from engine.errors import UserError

Value = dict[str, Any]
# The order counts: what comes first is told by a field that no other has.
_READERS: tuple[tuple[Callable[[Value], bool], Callable[[Value, str], Foreign]], ...] = (
    (llama_ui.is_conversation, lambda value, _: llama_ui.read(value["conv"], objects(value["messages"]))),
    (llama_ui.is_bare, lambda value, _: llama_ui.read(value, ())),
    (chatgpt.is_conversation, lambda value, _: chatgpt.read(value)),
    (claude.is_conversation, lambda value, _: claude.read(value)),
    (lm_studio.is_conversation, lm_studio.read),
    (open_webui.is_conversation, lambda value, _: open_webui.read(value)),
)


def reader_of(value: Any) -> Callable[[Value, str], Foreign] | None:
    """What reads this value, given the number in the name of its file; None where it is no conversation."""
    if not isinstance(value, dict):
        return None
    return next((read for is_one, read in _READERS if is_one(value)), None)


def refuse_others(value: Any) -> None:
    """Say what a file that holds no chats is. Raises UserError `exchange.not_chats` or what it is instead."""
    if isinstance(value, dict):
        if "prompt_template" in value and "docs" in value:
            raise UserError("exchange.claude_project")
        if "data_files" in value or "total_files" in value:
            raise UserError("exchange.claude_links")
    raise UserError("exchange.not_chats")
