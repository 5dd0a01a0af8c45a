"""An answer that grows: finished blocks are frozen, only the open end is parsed again. Without Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markdown.markdown import Block, Code, Prose, blocks_of, parse, tokens_of

# An end longer than this is parsed again only after it has grown by a sixteenth, which keeps the cost of an
# endless paragraph linear in its length.
EAGER = 4000
# A list longer than this lets go of its finished items.
LONG_LIST = 1500
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_CLOSING_TAGS = re.compile(r"(?:</\w+>\s*)*$")
# As far from the end as closing tags are looked for.
_TAGS = 400


class Change(msgspec.Struct, frozen=True):
    """`settled` blocks came to stay; `tail` replaces the whole tail of the change before."""

    settled: tuple[Block, ...] = ()
    tail: tuple[Block, ...] = ()


class _OpenFence(msgspec.Struct):
    mark: str
    length: int
    indent: int
    language: str
    lines: list[str]

    def closes(self, line: str) -> bool:
        text = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        return indent <= 3 and len(text) >= self.length and set(text) == {self.mark}

    def content(self, line: str) -> str:
        spaces = len(line) - len(line.lstrip(" "))
        return line[min(spaces, self.indent) :]


class StreamingDocument:
    """Markdown that arrives in pieces, cut anywhere.

    `append` gives the change to show. What it shows may differ from the whole in things that a later line can
    change (reference links, footnotes); `finish` parses the whole once and is what stays.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open = ""  # source of the tail, or in a fence the line that is not complete
        self._parsed = 0  # how much of `_open` the shown tail knows
        self._tail: tuple[Block, ...] = ()
        self._shown_tail: tuple[Block, ...] = ()  # the tail as it was last parsed
        self._fence: _OpenFence | None = None

    @property
    def text(self) -> str:
        joined = "".join(self._pieces)
        self._pieces = [joined]
        return joined

    def append(self, text: str) -> Change:
        self._pieces.append(text)
        self._open += text.replace("\r\n", "\n")
        settled: list[Block] = []
        while True:
            if self._fence is not None:
                block = self._read_fence(self._fence)
                if block is None:
                    return Change(tuple(settled), self._tail)
                settled.append(block)
                continue
            settled += self._read_blocks()
            if self._fence is None:
                return Change(tuple(settled), self._tail)

    def finish(self) -> tuple[Block, ...]:
        """All blocks of the whole text, exactly as `markdown.parse` gives them."""
        return parse(self.text)

    def _read_fence(self, fence: _OpenFence) -> Code | None:
        """Takes complete lines; the finished block at the closing fence, else None with the tail set."""
        lines = self._open.split("\n")
        for index, line in enumerate(lines[:-1]):
            if fence.closes(line):
                self._fence = None
                self._open = "\n".join(lines[index + 1 :])
                self._parsed, self._tail = 0, ()
                return Code(fence.language, "\n".join(fence.lines))
            fence.lines.append(fence.content(line))
        self._open = lines[-1]
        shown = fence.lines
        # A last line of nothing but fence marks may be the end of the block: not shown until it is known.
        if self._open.strip(f" {fence.mark}"):
            shown = [*shown, fence.content(self._open)]
        self._tail = (Code(fence.language, "\n".join(shown), closed=False),)
        return None

    def _read_blocks(self) -> tuple[Block, ...]:
        """Parses the open end; gives the blocks that no later text can change, keeps the rest as the tail."""
        source = self._open
        if len(source) > EAGER and len(source) - self._parsed < len(source) // 16 and self._tail:
            self._tail = _with_raw(self._shown_tail, source[self._parsed :])
            return ()
        tokens = tokens_of(source, streaming=True)
        settled: tuple[Block, ...] = ()
        complete = source.count("\n")
        # The line that opens the last block must be complete: "#" may yet become "#tag" of the text above.
        cut = _last_below(_block_starts(tokens), complete)
        if cut == 0 and len(source) > LONG_LIST:
            cut = _last_below(_item_starts(tokens), complete)
        if cut:
            head = "\n".join(source.split("\n")[:cut]) + "\n"
            settled = blocks_of(tokens_of(head), head)
            source = source[len(head) :]
            self._open = source
            tokens = tokens_of(source, streaming=True)
        if tokens and tokens[0].type == "fence":
            first, newline, rest = source.lstrip("\n").partition("\n")
            if newline and (match := _FENCE.fullmatch(first)):
                words = match[2].split()
                indent = len(first) - len(first.lstrip(" "))
                self._fence = _OpenFence(match[1][0], len(match[1]), indent, words[0] if words else "", [])
                self._open, self._parsed, self._tail = rest, 0, ()
                return settled
        self._parsed = len(source)
        self._tail = self._shown_tail = blocks_of(tokens, source)
        return settled


def _block_starts(tokens: Sequence[Token]) -> list[int]:
    """The lines where top-level blocks start."""
    return [token.map[0] for token in tokens if token.level == 0 and token.map and token.nesting >= 0]


def _item_starts(tokens: Sequence[Token]) -> list[int]:
    """The lines where the items of top-level lists start."""
    items = (token for token in tokens if token.type == "list_item_open" and token.level == 1)
    return [token.map[0] for token in items if token.map]


def _last_below(starts: Sequence[int], line: int) -> int:
    return max((start for start in starts if start < line), default=0)


def _with_raw(tail: tuple[Block, ...], text: str) -> tuple[Block, ...]:
    """The tail with text that is not parsed yet at the end of its last block."""
    last = tail[-1]
    if isinstance(last, Code):
        return (*tail[:-1], Code(last.language, last.text + text, last.closed))
    end = _CLOSING_TAGS.search(last.html, max(0, len(last.html) - _TAGS))
    cut = end.start() if end else len(last.html)
    return (*tail[:-1], Prose(last.html[:cut] + escapeHtml(text) + last.html[cut:], last.formulas))
