"""Whether quoted words stand in a text, word for word. Pure.

Case, spaces, hyphens at the end of a line, the form of quotation marks and dashes, Unicode's normal forms and
Markdown's emphasis make no difference, and an ellipsis leaves words out. All else does: a number, a negation.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agents.tools.documents.reading import Part

_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
# In a source: a hyphen that may be of the line's end alone, and a space between syllables, written or not.
_END_HYPHEN, _SPACE = "\x01", "\x02"
_OPTIONAL = f"[{_END_HYPHEN}{_SPACE}]?"
# Their compatible forms mean something else: 10² is not 102.
_KEPT = re.compile("([\u00b2\u00b3\u00b9\u00bc-\u00be\u2070\u2074-\u208e\u2150-\u215f\u2189\u2460-\u24ea]+)")
_SOFT_END = re.compile(r"\u00ad[ \t]*\n\s*")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08]")
_MARK = re.compile(r"\s*\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
_EMPHASIS = re.compile(r"(?<![^\W_])[*_`]+(?=\S)|(?<=\S)[*_`]+(?![^\W_])")
_QUOTES = re.compile("[\"'`´‘’‚‛“”„‟«»‹›「」『』]+")
_HYPHENS = re.compile("[\u2010\u2011\u2212]")
_DASHES = re.compile(r"\s*(?:[–—―]|--+)\s*|\s-\s")
_LINE_END = re.compile(r"(?<=[^\W\d_])-[ \t]*\n\s*(?=[^\W\d_])")
_OPEN = re.compile(r"\s+(?=[.,;:!?)\]])|(?<=[(\[])\s+")
_HAN_SPACE = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_HANGUL_SPACE = re.compile(rf"(?<=[{_HANGUL}])\s+(?=[{_HANGUL}])")
_ELLIPSIS = re.compile(r"\s*[\[(]?\s*\.(?:\s?\.){2,}\s*[\])]?\s*")
_BEFORE, _BEHIND = " .,;:!?'(", " .,;:!?')"
# Letters that an ellipsis may leave out, beside a piece of few letters and between longer ones.
_SHORT, _NEAR, _FAR = 8, 80, 600
# Letters around the end of a page in which a quotation is looked for that goes over it.
_OVER = 2000
_IS_HANGUL, _IS_HAN = re.compile(f"[{_HANGUL}]"), re.compile(f"[{_HAN}]")


class SourceText:
    """The parts of a source. Its text is prepared when the first quotation is looked for."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._prepared: list[str] | None = None

    def find(self, quote: str) -> Part | None:
        """The part in which a quotation stands, or begins; None where it stands in none."""
        if self._prepared is None:
            self._prepared = [_prepared(part.text) for part in self._parts]
        ways = _ways(quote)
        for part, text in zip(self._parts, self._prepared, strict=True):
            if _stands_in(text, ways):
                return part
        for part, following in pairwise(self._parts):
            if _stands_in(_prepared(f"{part.text[-_OVER:]}\n{following.text[:_OVER]}"), ways):
                return part
        return None


def _prepared(text: str) -> str:
    """A source without what makes no difference."""
    return _spaced(_LINE_END.sub(_END_HYPHEN, _unified(text)), _SPACE)


def _ways(quote: str) -> list[list[str]]:
    """The ways in which a quotation can stand in a source: as one piece, and with an ellipsis as several."""
    text = _spaced(_LINE_END.sub("-", _unified(quote)), "")
    ways = [[text], _ELLIPSIS.split(text)]
    bare = [[piece.lstrip(_BEFORE).rstrip(_BEHIND) for piece in way] for way in ways]
    return [pieces for way in bare if (pieces := [piece for piece in way if piece])]


def _unified(text: str) -> str:
    text = _MARK.sub("", _HIDDEN.sub("", _SOFT_END.sub("", unicodedata.normalize("NFC", text))))
    pieces = enumerate(_KEPT.split(text))
    text = "".join(piece if place % 2 else unicodedata.normalize("NFKC", piece) for place, piece in pieces)
    text = unicodedata.normalize("NFC", text.casefold())
    return _HYPHENS.sub("-", _QUOTES.sub("'", _EMPHASIS.sub("", text)))


def _spaced(text: str, between_syllables: str) -> str:
    """With one space for all that stands between two words, and none where writings differ."""
    text = _HAN_SPACE.sub("", _OPEN.sub("", _DASHES.sub("-", text)))
    return " ".join(_HANGUL_SPACE.sub(between_syllables, text).split())


def _stands_in(text: str, ways: list[list[str]]) -> bool:
    return any(_follow(text, pieces) for pieces in ways)


def _follow(text: str, pieces: list[str]) -> bool:
    """Whether the pieces stand behind each other, none too far behind the one before."""
    ends = [end for _, end in _places(text, pieces[0])]
    for before, piece in pairwise(pieces):
        far = _NEAR if min(len(before), len(piece)) < _SHORT else _FAR
        # The nearest end of the one before is enough.
        ends = [
            end
            for at, end in _places(text, piece)
            if (count := bisect_right(ends, at)) and at - ends[count - 1] <= far
        ]
    return bool(ends)


def _places(text: str, piece: str) -> Iterator[tuple[int, int]]:
    """Where a piece stands as whole words, in order."""
    for at, end in _everywhere(text, piece):
        if _begins_word(text, at) and _ends_word(text, end):
            yield at, end


def _everywhere(text: str, piece: str) -> Iterator[tuple[int, int]]:
    if _END_HYPHEN not in text and _SPACE not in text:
        at = text.find(piece)
        while at >= 0:
            yield at, at + len(piece)
            at = text.find(piece, at + 1)
        return
    letters = (f"(?:-|{_END_HYPHEN})" if letter == "-" else re.escape(letter) for letter in piece)
    pattern = re.compile(_OPTIONAL.join(letters))
    start = 0
    while found := pattern.search(text, start):
        yield found.span()
        start = found.start() + 1


def _begins_word(text: str, at: int) -> bool:
    before, letter = text[max(0, at - 2) : at], text[at]
    if not before:
        return True
    if letter.isdigit() and before[-1] in ".,:/" and before[:-1].isdigit():
        return False  # the rest of a number
    if letter.isdigit() and before[-1] == "-" and before[:-1] in ("", " ", "("):
        return False  # its sign
    return not (_same_word(before[-1], letter) or (_IS_HANGUL.match(before[-1]) and _IS_HANGUL.match(letter)))


def _ends_word(text: str, end: int) -> bool:
    """Korean words go on with endings."""
    letter, after = text[end - 1], text[end : end + 2]
    if not after:
        return True
    if letter.isdigit() and after[0] in ".,:" and after[1:].isdigit():
        return False
    return not _same_word(letter, after[0])


def _same_word(one: str, other: str) -> bool:
    """Whether these belong to one word of a writing with spaces between its words."""
    return all(
        letter.isalnum() and not _IS_HANGUL.match(letter) and not _IS_HAN.match(letter)
        for letter in (one, other)
    )
