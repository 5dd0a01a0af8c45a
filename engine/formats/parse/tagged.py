"""Reads arguments between tags, unescaped.

A value may hold its own closing tag. It ends at the first closing tag followed by something valid: another
argument of this tool or the end of the call; and a call has ended when another call, the end of the section
or of the text follows, or words without a further closing tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from engine.formats.dialect import KEY, TYPE, Dialect, Parameter
from engine.formats.parse.arguments import Typing
from engine.formats.parse.elements import Elements
from engine.formats.parse.half_written import HalfWrittenTag
from engine.formats.parse.literals import skip_space
from engine.formats.parse.mark_search import MarkSearch
from engine.formats.parse.patterns import CompiledPattern, Match, marks_of, match_mark
from engine.formats.parse.strings import IncompleteError
from engine.formats.parse.written import Written

_MOST_UNKNOWN = 20
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_JSON_WORDS = ("number", "integer", "boolean", "null", "object", "array")


class Arguments(msgspec.Struct, frozen=True):
    value: dict[str, Any]
    end: int
    repaired: bool = False


class _Argument(msgspec.Struct, frozen=True):
    """One argument as it is written, `word` what its tag says of its type, and where what follows it begins."""

    key: str
    text: str
    end: int
    word: str
    repaired: bool


class TaggedArguments:
    """The arguments of one dialect. `is_over(text, position)` says whether what follows a call shows that it
    has ended; it raises IncompleteError.
    """

    def __init__(self, dialect: Dialect, is_over: Callable[[str, int], bool]) -> None:
        assert dialect.parameter is not None
        self._parameter: Parameter = dialect.parameter
        self._start = CompiledPattern(self._parameter.start)
        self._half_written = HalfWrittenTag(self._parameter.start)
        self._elements = Elements(self._parameter)
        self._closing = marks_of("".join(part for part in dialect.end if isinstance(part, str)))
        self._following = (self._start.first, *self._closing[:1])  # an argument, or the end of the call
        self._any_closing = MarkSearch(self._closing)
        self._opening = CompiledPattern(dialect.start).first
        self._is_over = is_over
        last, first = self._parameter.start[-1], self._parameter.end[0]
        # The white space next to a value that is the template's.
        self._lead = last[len(last.rstrip()) :] if isinstance(last, str) else ""
        self._tail = first[: len(first) - len(first.lstrip())] if isinstance(first, str) else ""
        self._absent: tuple[str, tuple[str, int]] = ("", ("", 0))
        self._kinds = {word: kind for kind, word in self._parameter.types.items()}

    def read(self, text: str, position: int, typing: Typing, final: bool) -> Arguments | None:
        """All arguments and the end of the call; None when something else stands there. Raises
        IncompleteError.
        """
        found: list[_Argument] = []
        repaired = False
        for argument in self._each(text, position, typing, final):
            position, repaired = argument.end, repaired or argument.repaired
            found += [argument] if argument.key else []
        closed = self._closed(text, position, final)
        if closed is None:
            return None
        typing.settle({argument.key: argument.text for argument in found})
        values: dict[str, list[Any]] = {}
        for argument in found:
            values.setdefault(argument.key, []).append(self._value(argument, typing))
        # An array may be written as the same argument again and again.
        arguments = {key: same[0] if len(same) == 1 else same for key, same in values.items()}
        return Arguments(arguments, closed[0], repaired or closed[1])

    def _each(self, text: str, position: int, typing: Typing, final: bool) -> Iterator[_Argument]:
        """Each argument; a name without a value comes as one without a name."""
        given: set[str] = set()
        while found := self._argument(text, position, typing):
            if found.repaired and any(match_mark(text, found.end, mark) >= 0 for mark in self._following):
                position = found.end
                yield _Argument("", "", position, "", True)
                continue
            key = found.slots[KEY]
            given.add(key)
            value_end, position, missing = self._value_end(text, found, typing, final, given)
            raw = text[found.end : value_end]
            yield _Argument(key, raw, position, found.slots.get(TYPE, ""), missing or found.repaired)

    def _argument(self, text: str, position: int, typing: Typing) -> Match | None:
        """The beginning of an argument. One written by halves counts where the tool has it."""
        found = self._start.match(text, position)
        if found is None or found.slots[KEY] not in typing.names:
            found = self._half_written.match(text, position, typing.names) or found
        return found

    def written(self, text: str, position: int, typing: Typing, written: Written) -> Written:
        """The arguments from `position` as far as they are certain, the last one perhaps open."""
        given: set[str] = set()
        try:
            for argument in self._each(text, position, typing, False):
                key, position = argument.key, argument.end
                if key in given or typing.is_open(key):
                    return written  # it changes what was said before
                if key:
                    given.add(key)
                    written = written.with_member(key, self._value(argument, typing))
        except IncompleteError:
            return self._begun(text, position, typing, written, given)
        return written

    def _begun(self, text: str, position: int, typing: Typing, written: Written, given: set[str]) -> Written:
        try:
            found = self._argument(text, position, typing)
        except IncompleteError:
            return written
        if found is None or found.repaired or (key := found.slots[KEY]) in given or typing.is_open(key):
            return written
        word = found.slots.get(TYPE, "")
        stated = "string" in (word, self._kinds.get(word))
        visible, member = skip_space(text, found.end), self._start.first
        begins = text.startswith(self._lead, found.end) or not self._lead.startswith(
            text[found.end : found.end + len(self._lead)]
        )
        if (
            not begins
            or (word and not stated)
            or not typing.keeps_text(key, stated=stated)
            or any(mark.startswith(text[visible : visible + len(mark)]) for mark in (_CDATA, member))
        ):
            return written
        stops = (self._end_marks(key)[0], *self._closing, member)
        lead = len(self._lead) if text.startswith(self._lead, found.end) else 0
        return written.with_begun(key, text, found.end + lead, stops)

    def _closed(self, text: str, position: int, final: bool) -> tuple[int, bool] | None:
        """The end of the call, and whether marks were missing."""
        missing, end = False, position
        for mark in self._closing:
            try:
                after = match_mark(text, end, mark)
            except IncompleteError:
                if final and end > position:
                    return len(text), missing
                raise
            if after < 0:
                missing = True
            else:
                end = after
        if end > position or not self._closing:
            return end, missing
        return None

    def _value_end(
        self, text: str, start: Match, typing: Typing, final: bool, given: set[str]
    ) -> tuple[int, int, bool]:
        """The end of the value, the start of what follows, and whether its closing tag was missing."""
        end_marks = self._end_marks(start.slots[KEY])
        position = start.end
        cdata = skip_space(text, position)
        if text.startswith(_CDATA, cdata):
            inside = text.find(_CDATA_END, cdata)
            if inside >= 0:
                position = inside
        while True:
            place = self._find_end(text, end_marks[0], position)
            if place < 0:
                return self._unclosed(text, start, typing, given, final)
            after = place + len(end_marks[0])
            for mark in end_marks[1:]:
                after = match_mark(text, after, mark, optional=True)
            if self._goes_on(text, after, typing, end_marks[0], final):
                missing = self._missed(text, start, typing, given, place)
                return (missing, missing, True) if missing >= 0 else (place, after, False)
            position = place + 1

    def _find_end(self, text: str, mark: str, position: int) -> int:
        """`text.find`, caching texts without a further mark."""
        absent, earlier = self._absent
        if absent is text and earlier[0] == mark and position >= earlier[1]:
            return -1
        place = text.find(mark, position)
        if place < 0:
            self._absent = (text, (mark, position))
        return place

    def _end_marks(self, key: str) -> tuple[str, ...]:
        return marks_of("".join(key if part is KEY else str(part) for part in self._parameter.end))

    def _goes_on(self, text: str, position: int, typing: Typing, closing_tag: str, final: bool) -> bool:
        """Whether the text behind a closing tag shows that the value has ended."""
        try:
            following = self._argument(text, position, typing)
            if following:
                return self._is_argument(text, following, typing)
            closed = self._closed(text, position, final)
            if closed is None:
                return False
            return self._ends_call(text, closed[0], closing_tag, final)
        except IncompleteError:
            if final and skip_space(text, position) < len(text):
                return True
            raise

    def _is_argument(self, text: str, start: Match, typing: Typing) -> bool:
        """Whether an argument begins here: one of the tool's, or others that its call ends with."""
        keys = typing.keys
        for _ in range(_MOST_UNKNOWN):
            if keys is None or start.slots[KEY] in keys:
                return True
            mark = self._end_marks(start.slots[KEY])[0]
            place = self._find_end(text, mark, start.end)
            if place < 0:
                raise IncompleteError
            following = self._argument(text, place + len(mark), typing)
            if following is None:
                return bool(self._closing) and match_mark(text, place + len(mark), self._closing[0]) >= 0
            start = following
        return False

    def _ends_call(self, text: str, end: int, closing_tag: str, final: bool) -> bool:
        try:
            if self._is_over(text, end):
                return True
        except IncompleteError:
            if final:
                return True
            raise
        tag = text.find(closing_tag, end)
        limit = len(text) if tag < 0 else tag
        opening = text.find(self._opening, end, limit) if self._opening else -1
        if opening >= 0:
            return True
        if tag >= 0:
            return False
        if final:
            return True
        raise IncompleteError

    def _missed(self, text: str, start: Match, typing: Typing, given: set[str], place: int) -> int:
        """Where another argument of this tool begins before the value is closed; -1."""
        position = text.find(self._start.first, start.end, place)
        line = text.find("\n", start.end, place)
        if 0 <= line < position:  # behind more than a line it begins one
            position = text.find("\n" + self._start.first, start.end, place)
        if position < 0 or typing.keys is None:
            return -1
        following = self._start.match(text, position)
        if following and following.slots[KEY] in typing.keys - given:
            return position
        return -1

    def _unclosed(
        self, text: str, start: Match, typing: Typing, given: set[str], final: bool
    ) -> tuple[int, int, bool]:
        """The closing tag is missing: the value ends where the call does, if that is there."""
        if not final:
            raise IncompleteError
        missing = self._missed(text, start, typing, given, len(text))
        if missing >= 0:
            return missing, missing, True
        closed = self._any_closing.search(text, start.end)
        if closed is None:
            raise IncompleteError
        return closed.start(), closed.start(), True

    def _value(self, argument: _Argument, typing: Typing) -> Any:
        raw, key, word = argument.text, argument.key, argument.word
        if self._lead and raw.startswith(self._lead):
            raw = raw[len(self._lead) :]
        if self._tail and raw.endswith(self._tail):
            raw = raw[: -len(self._tail)]
        bare = raw.strip()
        if bare.startswith(_CDATA) and bare.endswith(_CDATA_END):
            return typing.from_text(key, bare[len(_CDATA) : -len(_CDATA_END)])
        if self._parameter.nested == "elements":
            return self._elements.value(raw, typing, typing.schema_of(key), key)
        kind = self._kinds.get(word)
        if kind == "string" or word == "string":
            return typing.converted(key, raw)
        if kind or word in _JSON_WORDS:
            value = Typing({"properties": {key: {"type": [*_JSON_WORDS]}}}).from_text(key, raw)
            return typing.converted(key, value)
        return typing.from_text(key, raw)
