"""Words around a chat in an export for people, in their language."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.language import Language
from app.messages import localized, localized_error
from app.services.chat.citations.places import place
from app.store.records import Conversation, Message, Source

# Letters of a source that are shown.
_WORDS = 200


class Labels:
    """The words of one export. `project` is the name of the chat's project, "" for none."""

    def __init__(self, language: Language, conversation: Conversation, project: str = "") -> None:
        self.language = language
        self.title = " ".join(conversation.title.split()) or self.word("untitled")
        self.under_title = " · ".join(filter(None, (_day(conversation.created), project)))

    def word(self, name: str) -> str:
        return localized(f"chat_export.{name}", self.language)

    def who(self, message: Message) -> str:
        """Who wrote a message: an answer has the name of its model."""
        if message.role == "assistant" and message.model:
            return message.model
        return self.word(message.role)

    def when(self, message: Message) -> str:
        return f"{_day(message.created)} {time.strftime('%H:%M', time.localtime(message.created))}"

    def attached(self, names: Sequence[str]) -> str:
        """What was attached, on one line."""
        return f"{self.word('attached')}: {', '.join(' '.join(name.split()) for name in names)}"

    def source(self, source: Source) -> str:
        """A source on one line: its number, its file and where in it, or a page and its address, its first words."""
        where = place(source.name, source.url or source.label, self.language)
        words = " ".join(source.text.split())
        short = words if len(words) <= _WORDS else words[:_WORDS].rstrip() + "…"
        return f"[{source.number}] {where}" + (f": {short}" if short else "")

    def error(self, message: Message) -> str:
        """Why an answer failed, "" for one that did not."""
        return "" if message.error is None else localized_error(message.error, self.language)


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(seconds))
