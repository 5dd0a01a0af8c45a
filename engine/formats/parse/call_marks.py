"""The marks around one dialect's calls, and how to skip them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.formats.dialect import Dialect, Envelope
from engine.formats.parse.arguments import Typing
from engine.formats.parse.literals import skip_space
from engine.formats.parse.patterns import CompiledPattern, marks_of, match_mark, match_marks, past_fence
from engine.formats.parse.strings import IncompleteError, OpenString
from engine.formats.parse.tool_schema import Schema
from engine.formats.parse.written import Written

_SEPARATORS = ",;"
_NAMESPACES = ("functions", "function", "tools", "tool", "default_api")


class ReadCall(msgspec.Struct, frozen=True):
    """One call as it was read. `arguments` is the raw text where it could not be. `written` is what was certain of it
    before it was whole, None for nothing.
    """

    name: str
    arguments: dict[str, Any] | str
    id: str = ""
    coercions: tuple[str, ...] = ()
    repaired: bool = False
    written: Written | None = None


class BegunCallError(IncompleteError):
    """The text ends in a call of which `written` is certain."""

    def __init__(self, written: Written, open: OpenString | None) -> None:
        super().__init__(open)
        self.written = written


class Reading(msgspec.Struct, frozen=True):
    """Calls, where they end, whether their section is still open, and whether the text broke off in them."""

    end: int
    calls: tuple[ReadCall, ...] = ()
    in_section: bool = False
    truncated: bool = False


class CallMarks:
    """The marks of a `Notation`. All positions are offsets into the text."""

    def __init__(self, dialect: Dialect, schemas: Mapping[str, Schema], *, only_known: bool = False) -> None:
        self.dialect = dialect
        self.only_known = only_known
        self.schemas = schemas
        in_list = dialect.array or dialect.section_start.rstrip().endswith("[")
        start, end = dialect.section_start.strip(), dialect.section_end.strip()
        if in_list:
            start, end = start.removesuffix("["), end.removeprefix("]")
        self.in_list = in_list
        self.section_pair = (start, end)
        self.section = marks_of(start)
        self.section_end = marks_of(end)
        # An end without a beginning: the first call opens the section.
        self.ends_alone = bool(self.section_end) and not self.section and not in_list
        self.separators = tuple(m for m in marks_of(dialect.separator.strip()) if m not in ("", ",", ";"))
        if dialect.envelope:
            opening, closing = _around_object(dialect)
        else:
            opening, closing = "", "".join(part for part in dialect.end if isinstance(part, str))
        self.opening = marks_of(opening)
        # The bracket that ends braced arguments is a mark of its own: that behind it may be missing.
        bracket = closing[:1] if dialect.arguments == "braced" and closing.startswith("}") else ""
        self.closing = (*filter(None, (bracket,)), *marks_of(closing.removeprefix(bracket)))
        self.start = CompiledPattern(dialect.start)
        # That of a further call in one block: without the block's mark.
        self.again = self.start.behind_mark() if bracket else None
        firsts = self.opening[:1] or (self.start.first,) if not dialect.envelope else self.opening[:1]
        self.firsts = tuple(mark for mark in firsts if mark)
        self.stops = tuple(mark for mark in (*self.closing, *self.section_end, *self.firsts) if len(mark) > 1)

        self.over = re.compile("|".join(map(re.escape, self.stops))) if self.stops else None

    @property
    def own_firsts(self) -> tuple[str, ...]:
        """The marks that a call begins with, where they are its own: tags."""
        return tuple(mark for mark in self.firsts if len(mark) > 3 and mark[0] in "<[")

    @property
    def own_closings(self) -> tuple[str, ...]:
        """The marks behind a call that are tags."""
        return tuple(mark for mark in self.closing if len(mark) > 3 and mark[0] in "<[")

    @property
    def keys(self) -> Envelope:
        return self.dialect.envelope or Envelope()

    def tool(self, name: str, arguments: Any = None) -> str:
        """The tool that is meant: some models write a namespace in front of its name, or the number of the call,
        which may have the arguments of one tool alone.
        """
        space, _, bare = re.sub("[:/]", ".", name).rpartition(".")
        if name not in self.schemas and bare in self.schemas and space in (bare, *_NAMESPACES):
            return bare
        if name not in self.schemas and name.isdigit():
            given = isinstance(arguments, dict) and bool(arguments)
            fitting = [
                tool for tool in self.schemas if not given or Typing(self.schemas[tool]).takes(arguments)
            ]
            return fitting[0] if len(fitting) == 1 else name
        return name

    def past_separators(self, text: str, position: int) -> int:
        while True:
            position = skip_space(text, position)
            if position < len(text) and text[position] in _SEPARATORS:
                position += 1
                continue
            for mark in self.separators:
                if text.startswith(mark, position):
                    position += len(mark)
                    break
            else:
                return position

    def section_over(self, text: str, position: int, final: bool) -> Reading | None:
        """The reading at the end of a section, None when there is more in it."""
        start = skip_space(text, position)
        bracket = text.startswith("]", start) and bool(self.in_list or self.dialect.envelope)
        end = start + 1 if bracket else position
        try:
            if bracket and self.closing and (closed := match_marks(text, end, self.closing)) >= 0:
                return Reading(closed)
            after = match_marks(text, end, self.section_end)
        except IncompleteError:
            if not final:
                raise
            return Reading(len(text))
        if after > position:
            return Reading(after)
        if bracket:
            return Reading(end)
        if skip_space(text, position) < len(text):
            return None
        if not final:
            raise IncompleteError
        return Reading(len(text))

    def raw_end(self, text: str, position: int, final: bool) -> tuple[int, int]:
        """Where a call that cannot be read is over, and where what follows it begins."""
        found = self.over.search(text, position) if self.over else None
        if not found:
            if not final:
                raise IncompleteError
            return len(text), len(text)
        return found.start(), self.past_closing(text, found.start(), final)

    def past_stray(self, text: str, position: int, final: bool) -> tuple[int, bool]:
        """Skip surplus brackets before the closing mark; reports them."""
        start = skip_space(text, position)
        end = start
        while end < len(text) and text[end] == "}":
            end = skip_space(text, end + 1)
        if end == start or not self.closing or not self.closing[0].startswith("<"):
            return position, False
        if end >= len(text) and not final:
            raise IncompleteError
        return end, True

    def past_closing(self, text: str, position: int, final: bool) -> int:
        """Skip the closing marks, those of a fence within a tag too; missing ones are tolerated."""
        for mark in self.closing:
            try:
                if mark[0] == "<":
                    position = past_fence(text, position)
                position = match_mark(text, position, mark, optional=True)
            except IncompleteError:
                if not final:
                    raise
                return len(text)
        return position

    def is_over(self, text: str, position: int) -> bool:
        """Whether a call that ended at `position` is followed by another, by the end of its section or text."""
        for mark in self.section_end:
            position = match_mark(text, position, mark, optional=True)
        start = skip_space(text, position)
        if start >= len(text):
            raise IncompleteError
        marks = (*self.section[:1], *self.firsts)
        if any(
            mark.startswith(text[start : start + len(mark)]) and len(text) - start < len(mark)
            for mark in marks
        ):
            raise IncompleteError
        return text.startswith(marks, start) if marks else False


def _around_object(dialect: Dialect) -> tuple[str, str]:
    """What stands before and after the JSON object of a call."""
    literals = [part for part in dialect.call if isinstance(part, str)]
    first, last = (literals[0], literals[-1]) if literals else ("", "")
    return first.partition("{")[0], last.rpartition("}")[2]


def with_written(reading: Reading, written: Written | None) -> Reading:
    """The reading of one call, with what was certain of it while it was written."""
    calls = tuple(msgspec.structs.replace(call, written=written) for call in reading.calls)
    return msgspec.structs.replace(reading, calls=calls)
