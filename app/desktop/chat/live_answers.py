"""The text of answers that are being written, kept so that a conversation can be left and opened again.

The store is up to half a second behind the stream. What is read from it for an answer under way is therefore
replaced by what the events have told so far.
"""

from __future__ import annotations

import msgspec

from app.store.records import Message


class LiveAnswers:
    """What has streamed since each answer was queued, by message id."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[str, str]] = {}
        self._bases: dict[int, tuple[str, str]] = {}

    def continue_from(self, message: Message) -> None:
        """The answer will go on from the text that it has."""
        self._bases[message.id] = (message.reasoning, message.content)

    def begin(self, message: int) -> None:
        self._texts[message] = self._bases.pop(message, ("", ""))

    def append(self, message: int, reasoning: str, content: str) -> None:
        before = self._texts.get(message)
        if before is not None:
            self._texts[message] = (before[0] + reasoning, before[1] + content)

    def end(self, message: int) -> None:
        self._texts.pop(message, None)

    def up_to_date(self, message: Message) -> Message:
        """The message with the text told so far, if it is being written."""
        text = self._texts.get(message.id)
        if message.state != "streaming" or text is None:
            return message
        return msgspec.structs.replace(message, reasoning=text[0], content=text[1])
