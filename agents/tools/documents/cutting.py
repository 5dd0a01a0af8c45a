"""Cuts a text into passages along its structure: sections, paragraphs, lines, sentences; rows of a table. Pure.

A passage is always a slice of its text, so that what is quoted can be shown where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

LONGEST = 900  # letters of a passage
_ENOUGH = 700  # a passage ends with the paragraph that brings it here
_LEAST = 300  # of what a better place to cut may leave
_SECTION = 200  # a shorter section goes on with the next
_LONGEST_HEADING = 120
_MARKED = re.compile(r"(#{1,6})\s+(\S.*?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_KOREAN = re.compile(r"제\s?\d+\s?([편장절관조])(?=[\s(.:]|$)")
_ENGLISH = re.compile(r"(part|chapter|section|article|appendix)\s+[\dIVX]+\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\d+(\.\d+)*\.?\s+\S")
_SENTENCE = re.compile(r"[.!?。…][\"'”’)\]]*\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+|(?<=[。…])")
_LEVELS = {"편": 1, "part": 1, "장": 2, "chapter": 2, "appendix": 2, "절": 3, "관": 3, "section": 3}
_LOWEST = 4  # 조, article
_JOINT = " > "


class Span(msgspec.Struct, frozen=True):
    """Letters `first` to `last` (exclusive) of a text. `heading` is the path of headings above them, or the first row
    of a table."""

    first: int
    last: int
    heading: str = ""


class _Line(msgspec.Struct, frozen=True):
    """A line or a piece of one. `level` of a heading, else 0; `begins`: a paragraph, behind an empty line."""

    first: int
    last: int
    level: int
    begins: bool


def spans(text: str, *, marked: bool = True, table: bool = False) -> Iterator[Span]:
    """The passages of a text, in their order; all of its words are in them. `marked`: `#` begins a heading, as it
    does not in the text of a program. `table`: lines are rows below the first."""
    headings: list[tuple[int, str]] = []
    path = ""
    current: list[_Line] = []
    for line in _lines(text, marked=marked and not table, plain=table):
        if table and not path:
            path = text[line.first : line.last].strip()[: LONGEST // 3]
        if line.level:
            title = text[line.first : line.last].strip(" #\t")[:_LONGEST_HEADING]
            headings = [
                *((level, above) for level, above in headings if level < line.level),
                (line.level, title),
            ]
        while current and _is_full(current, line):
            count = _best_cut(text, current, line)
            yield _span(text, current[:count], path)
            current = current[count:]
        if not table and all(each.level for each in current):
            path = _JOINT.join(title for _, title in headings)
        current.append(line)
    if current:
        yield _span(text, current, path)


def _is_full(current: list[_Line], line: _Line) -> bool:
    length = current[-1].last - current[0].first
    if line.level:
        only_headings = all(each.level for each in current)
        return (length >= _SECTION and not only_headings) or line.last - current[0].first > LONGEST
    return line.last - current[0].first > LONGEST or (line.begins and length >= _ENOUGH)


def _best_cut(text: str, current: list[_Line], line: _Line) -> int:
    """How many of the lines make the passage: up to a paragraph's end, else a sentence's, else all."""
    if line.begins or line.level:
        return len(current)
    for wanted in ("paragraph", "sentence"):
        for count in range(len(current) - 1, 0, -1):
            if current[count - 1].last - current[0].first < _LEAST:
                break
            ends = _SENTENCE.search(text, max(0, current[count - 1].last - 4), current[count - 1].last)
            if current[count].begins if wanted == "paragraph" else ends:
                return count
    return len(current)


def _span(text: str, lines: list[_Line], path: str) -> Span:
    first, last = lines[0].first, lines[-1].last
    while last > first and text[last - 1].isspace():
        last -= 1
    return Span(first, last, path)


def _lines(text: str, *, marked: bool, plain: bool) -> Iterator[_Line]:
    """The lines with anything in them, long ones in pieces."""
    at, begins, fenced = 0, True, False
    for written in text.split("\n"):
        end = at + len(written)
        first = at + len(written) - len(written.lstrip())
        at = end + 1
        if first >= end:
            begins = True
            continue
        fence = marked and _FENCE.match(text, first, end) is not None
        fenced = fenced != fence
        level = 0 if plain or fenced or fence else _level(text[first:end], begins, marked=marked)
        for start, stop in _pieces(text, first, end):
            yield _Line(start, stop, level, begins and start == first)
        begins = level > 0


def _pieces(text: str, first: int, end: int) -> Iterator[tuple[int, int]]:
    """A line, in pieces of at most `LONGEST`, which end with a sentence or at least with a word."""
    while end - first > LONGEST:
        within = text[first : first + LONGEST]
        stops = [found.end() for found in _SENTENCE_END.finditer(within) if found.end() >= _LEAST]
        space = within.rfind(" ", _LEAST)
        stop = first + (stops[-1] if stops else space + 1 if space > 0 else LONGEST)
        if text[first:stop].strip():
            yield first, stop
        first = stop
    if text[first:end].strip():
        yield first, end


def _level(line: str, begins: bool, *, marked: bool) -> int:
    """The level of a heading from 1, 0 for what is none."""
    if len(line) > _LONGEST_HEADING:
        return 0
    if marked and (found := _MARKED.match(line)):
        return len(found[1])
    if _SENTENCE.search(line):
        return 0
    if found := _KOREAN.match(line) or (_ENGLISH.match(line) if begins else None):
        return _LEVELS.get(found[1].lower(), _LOWEST)
    if begins and len(line) < _LONGEST_HEADING * 2 // 3 and _NUMBERED.match(line):
        return _LOWEST + line.split()[0].rstrip(".").count(".") if "|" not in line else 0
    return 0
