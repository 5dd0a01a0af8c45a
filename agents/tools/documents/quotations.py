"""Where quoted words stand in a text, whatever its lines, spaces, hyphens and quotation marks. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# First letter, and the one behind the last.
Range = tuple[int, int]
# Words are left out here.
_ELLIPSIS = re.compile(r"\s*(?:\[\s*)?(?:…|\.\s?\.\s?\.)(?:\s*\])?\s*")
# A shorter line stands in too many places.
_LEAST_LETTERS = 8
_MOST_RANGES = 200


def places(text: str, words: str) -> tuple[Range, ...]:
    """The ranges of `text` in which `words` stand, in their order: one, or one for each piece between ellipses. Where
    they do not stand there as a whole, those of their lines that do; () for none."""
    letters, at = _letters(text)
    whole = _pieces(letters, [_letters(piece)[0] for piece in _ELLIPSIS.split(words)])
    found = whole or sorted(_lines(letters, words))
    return tuple((at[first], at[last - 1] + 1) for first, last in found[:_MOST_RANGES])


def _pieces(letters: str, pieces: list[str]) -> list[Range]:
    """All of them behind each other, or nothing."""
    found: list[Range] = []
    start = 0
    for piece in filter(None, pieces):
        first = letters.find(piece, start)
        if first < 0:
            return []
        start = first + len(piece)
        found.append((first, start))
    return found


def _lines(letters: str, words: str) -> Iterator[Range]:
    for line in words.split("\n"):
        wanted = _letters(line)[0]
        if len(wanted) >= _LEAST_LETTERS and (first := letters.find(wanted)) >= 0:
            yield first, first + len(wanted)


def _letters(text: str) -> tuple[str, list[int]]:
    """Letters, digits and signs of `text` without their case, and where each of them stands."""
    letters: list[str] = []
    at: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if unicodedata.category(letter)[0] in "LNMS":
                letters.append(letter)
                at.append(place)
    return "".join(letters), at
