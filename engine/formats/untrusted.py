"""Tells apart what a template wrote and what people, tools and models wrote.

A message may hold the text of a special token (`<|im_end|>`); tokenised as one it would end the turn. So the
conversation is rendered a second time with marks around each untrusted text; where the marks come out, it lies.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable
from typing import Any

from engine.formats.messages import REASONING_KEYS, Conversation
from engine.formats.values import Piece

_MARKED_KEYS = ("content", *REASONING_KEYS)
_TOKEN_SIGNS = frozenset("<[|｜◁")


def separate(
    text: str,
    render: Callable[[Conversation, list[dict[str, Any]]], str | None],
    conversation: Conversation,
    tools: list[dict[str, Any]],
) -> tuple[Piece, ...] | None:
    """Split `text`, which `render` made of this conversation, into pieces; None when that cannot be done.

    `render` returns None where the template refuses the marked conversation. First every text is marked, then
    only those that hold a sign of a special token: a template may look at the beginning of a message.
    """
    everything = text + repr(conversation) + repr(tools)
    free = (chr(code) for code in range(0x10F000, 0x10FFF0) if chr(code) not in everything)
    opening, closing = next(free), next(free)
    for only_suspicious in (False, True):
        marker = _Marker(opening, closing, only_suspicious)
        marked = render([marker.message(message) for message in conversation], marker.nested(tools))
        if marked is not None and marked.replace(opening, "").replace(closing, "") == text:
            return _pieces(marked, opening, closing, marker.texts)
    return None


class _Marker:
    """Puts marks inside the white space around each text, so that a template's `trim` still finds it."""

    def __init__(self, opening: str, closing: str, only_suspicious: bool) -> None:
        self._opening, self._closing, self._only_suspicious = opening, closing, only_suspicious
        self.texts: list[str] = []

    def message(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            key: self._marked(value)
            if key in _MARKED_KEYS and isinstance(value, str)
            else value
            if key == "role"
            else self.nested(value)
            for key, value in message.items()
        }

    def nested(self, value: Any) -> Any:
        """Mark strings in tool definitions and arguments, where they could be taken for special tokens."""
        if isinstance(value, str):
            return self._marked(value) if _TOKEN_SIGNS & set(value) else value
        if isinstance(value, dict):
            return {key: self.nested(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.nested(item) for item in value]
        return value

    def _marked(self, text: str) -> str:
        core = text.strip()
        if not core or (self._only_suspicious and not _TOKEN_SIGNS & set(core)):
            return text
        self.texts.append(core)
        start = text.index(core)
        return text[:start] + self._opening + core + self._closing + text[start + len(core) :]


def _pieces(marked: str, opening: str, closing: str, texts: list[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for segment_number, segment in enumerate(marked.split(opening)):
        parts = segment.split(closing)
        if segment_number and len(parts) == 1:
            # The template cut the end of a text off: what still agrees with a text is untrusted.
            size = max(len(os.path.commonprefix([text, segment])) for text in texts)
            pieces += [Piece(segment[:size], False), Piece(segment[size:], True)]
            continue
        for part_number, part in enumerate(parts[:-1]):
            if segment_number and part_number == 0:
                pieces.append(Piece(part, False))
            else:
                # The beginning was cut off, as by `content.split('</think>')[-1]`.
                size = max(len(os.path.commonprefix([text[::-1], part[::-1]])) for text in texts)
                split = len(part) - size
                pieces += [Piece(part[:split], True), Piece(part[split:], False)]
        pieces.append(Piece(parts[-1], True))
    return joined(pieces)


def joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Without empty pieces, and neighbours of one kind made one."""
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].trusted == piece.trusted:
            out[-1] = Piece(out[-1].text + piece.text, piece.trusted)
        elif piece.text:
            out.append(piece)
    return tuple(out)
