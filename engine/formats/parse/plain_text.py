"""Parser of what continues a raw prompt."""

from __future__ import annotations

from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.parser import ReplyParser
from engine.formats.values import AssistantMessage, ContentDelta, ParsedDelta, Prompt


class PlainText(ReplyParser):
    """As ReplyParser; nothing is a mark, and all text is told as it comes."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(ReasoningMarkers(), prompt)
        self._pieces: list[str] = []

    def feed(self, text: str) -> list[ParsedDelta]:
        self._pieces.append(text)
        return [ContentDelta(text)] if text else []

    def flush(self) -> list[ParsedDelta]:
        return []

    @property
    def in_reasoning(self) -> bool:
        return False

    @property
    def is_within_mark(self) -> bool:
        return False

    def finish(self) -> AssistantMessage:
        return AssistantMessage(content="".join(self._pieces))
