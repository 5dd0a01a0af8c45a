"""Where an answer cites by number, and which quotations stand beside that. Pure.

Ranges are of the answer as it was written, in Markdown. Code, formulas and links cite nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_NOT_PROSE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<code>`+)(?!`)[^\n]+?(?<!`)(?P=code)(?!`)"
    r"|\$\$.{1,4000}?\$\$|\\\[.{1,4000}?\\\]|\\\(.{1,4000}?\\\)|\$(?![\s$])[^$\n]+?(?<![\s$])\$(?!\d)"
    r"|!?\[[^\]\n]*\]\([^)\n]*\)",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"(?<!\\)[\[【［]\s*(\d{1,3}(?:\s*[,;、，–-]\s*\d{1,3})*)\s*[\]】］]")
_RANGE = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_MOST_OF_RANGE = 20
_QUOTED = re.compile(
    r"“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」|『([^『』]+)』|‘([^‘’]*(?:’\w[^‘’]*)*)’"
    r'|(?<![A-Za-z0-9"])"(?=\S)([^"]+?)(?<=\S)"(?![A-Za-z0-9])'
)
# An empty line, an item, a heading, a row of a table.
_BEGINS_BLOCK = re.compile(r"[ \t]*(?:$|(?:[-*+•]|\d+[.)])[ \t]|#|\|)", re.MULTILINE)
_QUOTE_LINE = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
# Letters between a quotation and a mark that is surely meant for it, such as an ending or a stop.
_CLOSE = 12
_LETTERS = re.compile(r"[^\W_]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
# Shorter ones are words that are talked about. Letters of one word, in narrow and in wide writing.
_LEAST, _LEAST_WIDE = 12, 6


class Mark(msgspec.Struct, frozen=True):
    """A place that cites: "[1]", "[1, 2]" or "[1-3]"."""

    numbers: tuple[int, ...]
    first: int
    last: int


class Quotation(msgspec.Struct, frozen=True):
    """Words in quotation marks, or in a quoted block. `marks` are those that may say where they are from, the
    likeliest first."""

    text: str
    first: int
    last: int
    marks: tuple[Mark, ...]


def marks(answer: str) -> list[Mark]:
    """In their order."""
    return [_mark(found) for found in _MARK.finditer(_prose(answer))]


def quotations(answer: str) -> list[Quotation]:
    """Those that have a mark near them, in their order."""
    prose = _prose(answer)
    blocks = [_Block(prose[first:last], first) for first, last in _blocks(prose)]
    found: list[Quotation] = []
    for place, block in enumerate(blocks):
        if block.text.lstrip().startswith(">"):
            near = block.marks or _beside(blocks, place)
            found += _quotation(answer, block.first, block.first + len(block.text), near)
            continue
        for quoted in _QUOTED.finditer(block.text):
            start, end = block.first + quoted.start(), block.first + quoted.end()
            found += _quotation(answer, start, end, _nearest(prose, block.marks, start, end))
    return found


class _Block:
    """A paragraph, an item, a row or a quoted block, which begins at `first` in the answer."""

    def __init__(self, text: str, first: int) -> None:
        self.text, self.first = text, first
        self.marks = [_mark(found, first) for found in _MARK.finditer(text)]


def _prose(answer: str) -> str:
    """The answer with spaces in place of what is not prose."""
    return _NOT_PROSE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), answer)


def _mark(found: re.Match[str], first: int = 0) -> Mark:
    return Mark(_numbers(found[1]), first + found.start(), first + found.end())


def _numbers(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for found in _RANGE.finditer(text):
        first, last = int(found[1]), int(found[2] or found[1])
        numbers += range(first, last + 1) if 0 <= last - first <= _MOST_OF_RANGE else (first, last)
    return tuple(dict.fromkeys(numbers))


def _blocks(prose: str) -> Iterator[tuple[int, int]]:
    """The ranges of what stands for itself and has anything in it."""
    first = at = 0
    was_quoted = False
    for line in prose.splitlines(keepends=True):
        is_quoted = line.lstrip(" \t").startswith(">")
        if is_quoted != was_quoted or (not is_quoted and _BEGINS_BLOCK.match(line)):
            if prose[first:at].strip():
                yield first, at
            first = at
        was_quoted = is_quoted
        at += len(line)
    if prose[first:].strip():
        yield first, at


def _beside(blocks: list[_Block], place: int) -> list[Mark]:
    """The marks for a quoted block without any: of the words that lead to it, else of those that follow."""
    before, after = blocks[place - 1 : place], blocks[place + 1 : place + 2]
    if before and before[0].marks and before[0].text.rstrip().endswith((":", "：")):
        return before[0].marks[::-1]
    if after and after[0].marks:
        mark = after[0].marks[0]
        if not _LETTERS.search(after[0].text, 0, mark.first - after[0].first):
            return [mark]
    return []


def _nearest(prose: str, own: list[Mark], start: int, end: int) -> list[Mark]:
    """The marks of a block by how likely they belong to what is quoted there from `start` to `end`."""
    within = [mark for mark in own if start < mark.first < end]
    after = [mark for mark in own if mark.first >= end]
    before = [mark for mark in own if mark.last <= start]
    following = _run(prose, after)
    if within or (following and following[0].first - end <= _CLOSE):
        return within or following
    return [*following, *_run(prose, before[::-1])]


def _run(prose: str, ordered: list[Mark]) -> list[Mark]:
    """The first one, with those that stand right beside it."""
    run = ordered[:1]
    for mark in ordered[1:]:
        one, other = sorted((run[-1], mark), key=lambda each: each.first)
        if _LETTERS.search(prose, one.last, other.first):
            break
        run.append(mark)
    return run


def _quotation(answer: str, first: int, last: int, near: list[Mark]) -> Iterator[Quotation]:
    """What is quoted there, without marks in it, if it has a mark near it and more than a word."""
    text = " ".join(_MARK.sub(" ", _QUOTE_LINE.sub("", answer[first:last])).split())
    bare = text.strip('“”„«»「」『』‘’" ')
    wide = len(_WIDE.findall(bare))
    is_long = len(_LETTERS.findall(bare)) >= (_LEAST_WIDE if wide else _LEAST)
    several = sum(1 for word in bare.split() if _LETTERS.search(word)) > 1
    if near and (is_long or several):
        yield Quotation(bare, first, last, tuple(near))
