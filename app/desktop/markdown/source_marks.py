"""Numbers of sources in an answer: "[1]" as a small mark to press, which is copied as it was written. Pure.

A mark is known by its place among all that look like one in the answer, from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

# As `app.services.chat.citations.answer_marks` reads an answer.
MARK = re.compile(r"[\[【［]\s*\d{1,3}(?:\s*[,;、，–-]\s*\d{1,3})*\s*[\]】］]")
_SCHEME = "source:"
_ADDRESS = re.compile(rf"{_SCHEME}(\d+)\.(\d+)")
_TAG = re.compile(r"(<[^>]*>)")
_NUMBER = re.compile(r"(\d+)")
_RANGE = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_MOST_OF_RANGE = 20
# Nothing in these is a mark.
_OTHERS = ("code", "a", "pre")


class Cited(msgspec.Struct, frozen=True):
    """A mark of an answer and one of its numbers."""

    mark: int
    number: int


class Marks(msgspec.Struct, frozen=True):
    """What is known of an answer's sources: a tool tip for each number there is, and for single marks. The
    quotations of `missing` marks are not in their sources, `quotes` are those. `unknown`: the tip of numbers without
    a source."""

    numbers: Mapping[int, str]
    single: Mapping[Cited, str] = {}
    missing: frozenset[Cited] = frozenset()
    quotes: tuple[str, ...] = ()
    unknown: str = ""

    def tip(self, cited: Cited) -> str:
        return self.single.get(cited) or self.numbers.get(cited.number, "")


def numbers_in(html: str) -> list[set[int]]:
    """The numbers of each mark in a stretch of prose."""
    if MARK.search(html) is None:
        return []
    texts = [text for text, is_prose in _texts(html) if is_prose]
    return [_numbers(found) for text in texts for found in MARK.findall(text)]


def marked(html: str, marks: Marks, first: int) -> str:
    """A stretch of prose whose marks are links; `first` is the place of its first one. A mark with a number of no
    source stays as it is, with a name for its tool tip."""
    place = first - 1

    def link(found: re.Match[str]) -> str:
        nonlocal place
        place += 1
        if not all(number in marks.numbers for number in _numbers(found[0])):
            return f'<a class="unknown" name="{_SCHEME}unknown">{found[0]}</a>'
        return _links(found[0], place, marks)

    return "".join(MARK.sub(link, text) if is_prose else text for text, is_prose in _texts(html))


def cited(address: str) -> Cited | None:
    """What a link of `marked` stands for, None for any other."""
    found = _ADDRESS.fullmatch(address)
    return None if found is None else Cited(int(found[1]), int(found[2]))


def is_unknown(name: str) -> bool:
    """Whether that is the name of a mark without a source."""
    return name == f"{_SCHEME}unknown"


def _links(text: str, place: int, marks: Marks) -> str:
    """One mark: its brackets, which are there but not seen, go with the first and the last number."""
    pieces = _NUMBER.split(text)
    links = ""
    for at in range(1, len(pieces), 2):
        one = Cited(place, int(pieces[at]))
        before, after = _edge(pieces[at - 1]) if at == 1 else "", ""
        if at + 2 > len(pieces) - 1:
            after = _edge(pieces[-1])
        kind = "missing" if one in marks.missing else "source"
        links += f'<a class="{kind}" href="{_SCHEME}{place}.{one.number}">{before}{pieces[at]}{after}</a>'
        if not after:
            links += f'<span class="between">{pieces[at + 1]}</span>'
    return links


def _numbers(mark: str) -> set[int]:
    """Those in between too, of "[1-3]"."""
    numbers: set[int] = set()
    for found in _RANGE.finditer(mark):
        first, last = int(found[1]), int(found[2] or found[1])
        numbers |= set(range(first, last + 1)) if 0 <= last - first <= _MOST_OF_RANGE else {first, last}
    return numbers


def _edge(bracket: str) -> str:
    return f'<span class="edge">{bracket}</span>'


def _texts(html: str) -> Iterator[tuple[str, bool]]:
    """The tags and the texts, and which of them may hold marks."""
    inside = 0
    for piece in _TAG.split(html):
        if not piece.startswith("<"):
            yield piece, not inside
            continue
        name = piece.strip("</> ").split(" ", 1)[0]
        if name in _OTHERS:
            inside = max(0, inside + (-1 if piece.startswith("</") else 1))
        yield piece, False
