"""Reads arguments between tags, unescaped.

A value may hold its own closing tag. It ends at the first closing tag followed by something valid: another
argument of this tool or the end of the call; and a call has ended when another call, the end of the section
or of the text follows, or words without a further closing tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from engine.formats.dialect import KEY, TYPE, Dialect, Parameter, Slot
from engine.formats.parse.arguments import Schema, Typing
from engine.formats.parse.literals import IncompleteError, skip_space
from engine.formats.parse.mark_search import MarkSearch
from engine.formats.parse.patterns import CompiledPattern, Match, marks_of, match_mark
from engine.formats.parse.written import Written

_MAX_DEPTH = 50
_MOST_UNKNOWN = 20
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_JSON_WORDS = ("number", "integer", "boolean", "null", "object", "array")


class Arguments(msgspec.Struct, frozen=True):
    value: dict[str, Any]
    end: int
    repaired: bool = False


class TaggedArguments:
    """The arguments of one dialect. `is_over(text, position)` says whether what follows a call shows that it
    has ended; it raises IncompleteError.
    """

    def __init__(self, dialect: Dialect, is_over: Callable[[str, int], bool]) -> None:
        assert dialect.parameter is not None
        self._parameter: Parameter = dialect.parameter
        self._start = CompiledPattern(self._parameter.start)
        self._closing = marks_of("".join(part for part in dialect.end if isinstance(part, str)))
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
        arguments: dict[str, Any] = {}
        repeated: set[str] = set()
        repaired = False
        for key, value, end, missing in self._each(text, position, typing, final):
            if key in arguments:
                # An array, written as the same argument again and again.
                arguments[key] = [*arguments[key], value] if key in repeated else [arguments[key], value]
                repeated.add(key)
            else:
                arguments[key] = value
            position, repaired = end, repaired or missing
        closed = self._closed(text, position, final)
        return Arguments(arguments, closed[0], repaired or closed[1]) if closed else None

    def _each(
        self, text: str, position: int, typing: Typing, final: bool
    ) -> Iterator[tuple[str, Any, int, bool]]:
        """Each argument's name and value, where what follows it begins, and whether its closing tag was missing."""
        given: set[str] = set()
        while found := self._start.match(text, position):
            key = found.slots[KEY]
            given.add(key)
            value_end, position, missing = self._value_end(text, found, typing, final, given)
            value = self._value(text[found.end : value_end], key, found.slots.get(TYPE, ""), typing)
            yield key, value, position, missing

    def written(self, text: str, position: int, typing: Typing, written: Written) -> Written:
        """The arguments from `position` as far as they are certain, the last one perhaps open."""
        given: set[str] = set()
        try:
            for key, value, end, _ in self._each(text, position, typing, False):
                if key in given or typing.wraps(key):
                    return written  # it changes what was said before
                given.add(key)
                position = end
                written = written.with_member(key, value)
        except IncompleteError:
            return self._begun(text, position, typing, written, given)
        return written

    def _begun(self, text: str, position: int, typing: Typing, written: Written, given: set[str]) -> Written:
        try:
            found = self._start.match(text, position)
        except IncompleteError:
            return written
        if found is None or (key := found.slots[KEY]) in given or typing.wraps(key):
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
                found = match_mark(text, after, mark, optional=True)
                after = found
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
            following = self._start.match(text, position)
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
            following = self._start.match(text, place + len(mark))
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

    def _value(self, raw: str, key: str, word: str, typing: Typing) -> Any:
        if self._lead and raw.startswith(self._lead):
            raw = raw[len(self._lead) :]
        if self._tail and raw.endswith(self._tail):
            raw = raw[: -len(self._tail)]
        bare = raw.strip()
        if bare.startswith(_CDATA) and bare.endswith(_CDATA_END):
            return typing.from_text(key, bare[len(_CDATA) : -len(_CDATA_END)])
        if self._parameter.nested == "elements":
            return self._element_value(raw, typing, typing.schema_of(key), key, 0)
        kind = self._kinds.get(word)
        if kind == "string" or word == "string":
            return typing.converted(key, raw)
        if kind or word in _JSON_WORDS:
            value = Typing({"properties": {key: {"type": [*_JSON_WORDS]}}}).from_text(key, raw)
            return typing.converted(key, value)
        return typing.from_text(key, raw)

    def _elements(self, raw: str) -> bool:
        return raw.lstrip().startswith(self._start.first)

    def _element_value(self, raw: str, typing: Typing, schema: Schema, path: str, depth: int) -> Any:
        """Nested elements: an object, or an array when all of them are items."""
        members = self._members(raw) if depth < _MAX_DEPTH and self._elements(raw) else None
        if not members:
            empty = typing.empty(schema) if not raw.strip() else None
            return typing.value_of_text(raw, schema, path) if empty is None else empty
        if all(key == "item" for key, _ in members) and typing.empty(schema) != {}:
            return [
                self._element_value(
                    inner, typing, typing.item(schema, number), f"{path}[{number}]", depth + 1
                )
                for number, (_, inner) in enumerate(members)
            ]
        return {
            key: self._element_value(inner, typing, typing.member(schema, key), f"{path}.{key}", depth + 1)
            for key, inner in members
        }

    def _members(self, raw: str) -> list[tuple[str, str]] | None:
        """The elements that `raw` consists of, None when it has other text in it."""
        found: list[tuple[str, str]] = []
        position = 0
        while raw[position:].strip():
            try:
                start = self._start.match(raw, position)
            except IncompleteError:
                return None
            end = start and self._element_end(raw, start.end, start.slots[KEY])
            if not start or not end:
                return None
            found.append((start.slots[KEY], raw[start.end : end[0]]))
            position = end[1]
        return found

    def _element_end(self, raw: str, position: int, key: str) -> tuple[int, int] | None:
        """The closing tag of an element, past those of the same name inside it."""
        opening = "".join(key if part is KEY else str(part) for part in self._parameter.start).strip()
        closing = "".join(key if isinstance(part, Slot) else part for part in self._parameter.end).strip()
        depth = 1
        while depth:
            next_closing = raw.find(closing, position)
            if next_closing < 0:
                return None
            next_opening = raw.find(opening, position, next_closing)
            depth += 1 if next_opening >= 0 else -1
            position = (next_opening + len(opening)) if next_opening >= 0 else (next_closing + len(closing))
        return position - len(closing), position
