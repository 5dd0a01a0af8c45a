"""Separates a template's own text from that of people, tools and models.

A message may spell a special token (`<|im_end|>`), which would end the turn if tokenized as one. So the
conversation is rendered a second time with marks around each untrusted text, which show where it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from engine.formats.render.messages import REASONING_KEYS, Conversation
from engine.formats.values import Piece

_MARKED_KEYS = ("content", *REASONING_KEYS)
# Digits of the numbers in marks: the private use plane 15.
_DIGIT, _BASE = 0xF0000, 60_000
# A mark in JSON that a template writes in ASCII: surrogates of the planes 15 and 16.
_ESCAPED_MARK = re.compile(r"\\u(db[89a-f][0-9a-f])\\u(d[c-f][0-9a-f]{2})")
_TOKEN_SIGNS = frozenset("<[|｜◁")


def separate(
    text: str,
    render: Callable[[Conversation, list[dict[str, Any]]], str | None],
    conversation: Conversation,
    tools: list[dict[str, Any]],
    tags: tuple[str, ...] = (),
) -> tuple[Piece, ...] | None:
    """Split `text`, rendered from this conversation, into pieces; None if that fails.

    `render` returns None where the template refuses the marked conversation. Texts are marked in parts first,
    cut at the `tags` of reasoning, because templates take texts apart there; then as wholes; then only those
    that hold a sign of a special token, since a template may look at how a message begins.
    """
    free = (chr(code) for code in range(0x10F000, 0x10FFF0) if chr(code) not in text)
    opening, closing = next(free), next(free)
    marks = re.compile(f"([{opening}{closing}])(..)", re.DOTALL)
    for only_suspicious, cut_at in ((False, tags), (False, ()), (True, ())):
        marker = _Marker(opening, closing, only_suspicious, cut_at)
        marked = render([marker.message(message) for message in conversation], marker.nested(tools))
        marked = marked and _ESCAPED_MARK.sub(_unescaped, marked)
        if marked is not None and marks.sub("", marked) == text:
            return joined(list(_pieces(marks.split(marked), opening, closing, marker)))
    return None


def _unescaped(match: re.Match[str]) -> str:
    high, low = (int(half, 16) for half in match.groups())
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


class _Marker:
    """Puts marks inside the white space around each text, so that a template's `trim` still finds it.

    A mark is its sign and two characters that number the text.
    """

    def __init__(self, opening: str, closing: str, only_suspicious: bool, cut_at: tuple[str, ...]) -> None:
        self._opening, self._closing, self._only_suspicious = opening, closing, only_suspicious
        self._cut = re.compile("(" + "|".join(map(re.escape, cut_at)) + ")") if cut_at else None
        self.texts: list[str] = []
        # What stood between one numbered part of a text and the next.
        self.gaps: dict[int, str] = {}

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
        if self._cut is None:
            return self._numbered(text)
        segments = self._cut.split(text)
        out = [self._numbered(segments[0])]
        for left, tag, segment in zip(segments[::2], segments[1::2], segments[2::2], strict=False):
            before, after = left[len(left.rstrip()) :], segment[: len(segment) - len(segment.lstrip())]
            self.gaps[len(self.texts) - 1] = before + tag + after
            out += [tag, self._numbered(segment)]
        return "".join(out)

    def _numbered(self, text: str) -> str:
        core = text.strip()
        number = chr(_DIGIT + len(self.texts) // _BASE) + chr(_DIGIT + len(self.texts) % _BASE)
        self.texts.append(core)
        start = text.index(core) if core else 0
        end = start + len(core)
        return f"{text[:start]}{self._opening}{number}{core}{self._closing}{number}{text[end:]}"


def _pieces(split: list[str], opening: str, closing: str, marker: _Marker) -> Iterator[Piece]:
    """`split` has a run of text, then for each mark its sign, its number and the run that follows it.

    A template may cut a text (`content.split('</think>')[-1]`), so that one of its marks is gone; then as
    much as agrees with the text itself, counted from the mark that is left, is untrusted.
    """
    texts = marker.texts
    signs, numbers, runs = ["", *split[1::3], ""], ["", *split[2::3], ""], split[0::3]
    for position, run in enumerate(runs):
        if signs[position] == closing and signs[position + 1] == opening:
            left, right = _number(numbers[position]), _number(numbers[position + 1])
            if right == left + 1 and run == marker.gaps.get(left):
                # A tag inside one text, printed as it stands there.
                yield Piece(run, False)
                continue
        before = texts[_number(numbers[position])] if signs[position] == opening else ""
        after = texts[_number(numbers[position + 1])] if signs[position + 1] == closing else ""
        around = (signs[position], signs[position + 1])
        if around == (opening, closing) and numbers[position] == numbers[position + 1]:
            yield Piece(run, False)
            continue
        end = len(run) - _agreement(after[::-1], run[::-1])
        start = _agreement(before, run[:end])
        yield from (Piece(run[:start], False), Piece(run[start:end], True), Piece(run[end:], False))


def _number(digits: str) -> int:
    return (ord(digits[0]) - _DIGIT) * _BASE + ord(digits[1]) - _DIGIT


def _agreement(left: str, right: str) -> int:
    """The length of two texts' common prefix, by bisection."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if left[:middle] == right[:middle] else (low, middle - 1)
    return low


def joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Drop empty pieces and merge neighbors of one kind."""
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].trusted == piece.trusted:
            out[-1] = Piece(out[-1].text + piece.text, piece.trusted)
        elif piece.text:
            out.append(piece)
    return tuple(out)
