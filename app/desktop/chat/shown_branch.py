"""Which conversation the chat page shows."""

from __future__ import annotations

from collections.abc import Callable

from app.store.records import ChatOptions, Conversation


class Shown:
    """What the page shows: a conversation, or a new chat that becomes one with its first words.

    Results that come back late compare their `Shown` with the page's.
    """

    def __init__(self, conversation: Conversation | None = None) -> None:
        self.conversation = conversation
        self.options = conversation.options if conversation is not None else ChatOptions()
        self.waiting: list[Callable[[int], object]] = []
        self.creating = False

    @property
    def id(self) -> int | None:
        return None if self.conversation is None else self.conversation.id
