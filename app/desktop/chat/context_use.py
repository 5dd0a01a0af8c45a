"""How full a model's context was after an answer. Blocks on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.services.services import Services


def tokens_used(services: Services, ids: Sequence[int]) -> int:
    """The tokens that the last answer among these took; 0 where that is not known."""
    for message in reversed(services.conversations.messages(ids)):
        if message.run:  # its usage is that of all turns together
            return services.runs.get(message.run).tokens
        if message.usage is not None:
            return message.usage.prompt_tokens + message.usage.completion_tokens
    return 0
