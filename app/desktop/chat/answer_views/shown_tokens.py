"""Where each piece of an answer stands in the text that is shown. Without Qt, for any thread."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from app.desktop.base.utf16 import utf16_length
from app.services.chat.probabilities import AnswerProbabilities

# A probability at which the shade is deepest.
_LEAST = 0.01
# Characters that a text document would take for the end of a paragraph or a frame, or leave out.
_SAFE = {
    "\r": "\u240d",
    "\x00": "\u2400",
    "\u2028": "\u21b5",
    "\u2029": "\u21b5",
    "\ufdd0": "\ufffd",
    "\ufdd1": "\ufffd",
}
# How white space is written where it would not be seen.
_SEEN = {" ": "\u00b7", "\n": "\u21b5", "\t": "\u21e5"}


class ShownTokens:
    """The pieces of an answer and their text; places are in UTF-16 units, as Qt counts them."""

    def __init__(self, found: AnswerProbabilities) -> None:
        self.found = found
        self.pieces = found.pieces
        texts = [_replaced(piece.text, _SAFE) for piece in found.pieces]
        self.text = "".join(texts)
        self._starts: list[int] = []
        place = 0
        for text in texts:
            self._starts.append(place)
            place += utf16_length(text)
        self.end = place

    def span(self, index: int) -> tuple[int, int]:
        """Where a piece begins and ends."""
        following = index + 1
        return self._starts[index], self._starts[following] if following < len(self._starts) else self.end

    def at(self, place: int) -> int | None:
        """The piece at this place, None behind the text."""
        return bisect_right(self._starts, place) - 1 if 0 <= place < self.end else None

    def between(self, start: int, end: int) -> Iterator[int]:
        """The pieces of which something stands from `start` to before `end`."""
        index = max(0, bisect_right(self._starts, start) - 1)
        while index < len(self._starts) and self._starts[index] < end:
            yield index
            index += 1


def shade(probability: float) -> float:
    """How deep the shade of a piece is, from 0 (certain) to 1: by the logarithm, as tokens are chosen one by one."""
    if probability <= _LEAST:
        return 1.0
    return math.log(min(1.0, probability)) / math.log(_LEAST)


def visible(text: str) -> str:
    """The text of a token with its white space to be seen; of a word only that around it."""
    inner = text.strip()
    if not inner:
        return _replaced(text, _SEEN)
    before, _, after = text.partition(inner)
    return f"{_replaced(before, _SEEN)}{' '.join(inner.split())}{_replaced(after, _SEEN)}"


def percent(probability: float) -> str:
    """A probability as percent, never rounded to nothing or to certainty."""
    if 0 < probability < 0.001:
        return "<0.1%"
    if 0.999 < probability < 1:
        return ">99.9%"
    return f"{probability * 100:.1f}%"


def _replaced(text: str, by: Mapping[str, str]) -> str:
    return "".join(by.get(character, character) for character in text)
