"""Reads the tool calls in a model's text, by its dialect.

Everything here is a pure function of the text: it either decides, and more text would not change that, or says
that more is needed by raising IncompleteError. With `final` the text has ended and what is there is judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.formats.arguments import Schema, Typing
from engine.formats.dialect import ID, NAME, Dialect, Envelope, Slot
from engine.formats.envelopes import Unwrapped, read_name, unwrap
from engine.formats.literals import (
    BrokenError,
    IncompleteError,
    Literals,
    read_json,
    skip_space,
)
from engine.formats.patterns import CompiledPattern, Match, marks_of, match_mark, match_marks
from engine.formats.tagged import TaggedArguments
from engine.text import clean_value

_PYTHON_KEY = re.compile(r"\s*([^\W\d]\w*(?:[\-.]\w+)*)\s*=(?!=)")
_BRACED_KEY = re.compile(r"\s*([^\s{}\[\],:<>]+)\s*:")
_BEGUN_KEY = re.compile(r"[\w.\-]+\s*=?\Z")
_SEPARATORS = ",;"


class ReadCall(msgspec.Struct, frozen=True):
    """One call as it was read. `arguments` is the raw text where it could not be."""

    name: str
    arguments: dict[str, Any] | str
    id: str = ""
    coercions: tuple[str, ...] = ()
    repaired: bool = False


class Reading(msgspec.Struct, frozen=True):
    """Calls, where they end, whether their section is still open, and whether the text broke off in them."""

    end: int
    calls: tuple[ReadCall, ...] = ()
    in_section: bool = False
    truncated: bool = False


class Notation:
    """One dialect, made ready for reading. `schemas` are those of the known tools by name. `only_known`: what
    names no known tool is no call, because the marks are common in other texts.
    """

    def __init__(self, dialect: Dialect, schemas: Mapping[str, Schema], *, only_known: bool = False) -> None:
        self.dialect = dialect
        self._only_known = only_known
        self._schemas = schemas
        in_list = dialect.array or dialect.section_start.rstrip().endswith("[")
        start, end = dialect.section_start.strip(), dialect.section_end.strip()
        if in_list:
            start, end = start.removesuffix("["), end.removeprefix("]")
        self._in_list = in_list
        self._section = marks_of(start)
        self._section_end = marks_of(end)
        # An end without a beginning: the first call opens the section.
        self._ends_alone = bool(self._section_end) and not self._section and not in_list
        self._separators = tuple(m for m in marks_of(dialect.separator.strip()) if m not in ("", ",", ";"))
        if dialect.envelope:
            opening, closing = _around_object(dialect)
        else:
            opening, closing = "", "".join(part for part in dialect.end if isinstance(part, str))
        self._opening = marks_of(opening)
        self._closing = marks_of(closing)
        self._start = CompiledPattern(dialect.start)
        self._end = CompiledPattern(dialect.end)
        self._tagged = TaggedArguments(dialect, self._is_over) if dialect.parameter else None
        firsts = self._opening[:1] or (self._start.first,) if not dialect.envelope else self._opening[:1]
        self._firsts = tuple(mark for mark in firsts if mark)
        self._stops = tuple(
            mark for mark in (*self._closing, *self._section_end, *self._firsts) if len(mark) > 1
        )

        self._over = re.compile("|".join(map(re.escape, self._stops))) if self._stops else None

    def read(self, text: str, position: int, in_section: bool | None, final: bool) -> Reading | None:
        """The next call or calls at `position`, or the end of their section; None when something else stands
        there. `in_section` is None before the first call. Raises IncompleteError while more text is needed.
        """
        try:
            return self._read(text, position, in_section, final)
        except IncompleteError:
            if not final:
                raise
            return self._cut_off(text, position, in_section)

    def _read(self, text: str, position: int, in_section: bool | None, final: bool) -> Reading | None:
        opened, listed = bool(in_section), bool(in_section) and self._in_list
        if in_section is not None:
            position = self._past_separators(text, position)
            if opened and (over := self._section_over(text, position, final)) is not None:
                return over
        if not opened and self._section:
            after = match_marks(text, position, self._section)
            if after >= 0:
                position, opened = after, True
        if not opened and self._section and not self._firsts:
            return None
        bracket = skip_space(text, position)
        if not listed and text.startswith("[", bracket) and self._lists_calls(text, bracket, opened):
            position, listed = bracket + 1, True
            over = self._section_over(text, position, final)
            if over is not None:
                return over
        found = self._call(text, position, opened, listed, final)
        if found is None:
            return None
        still_open = opened or listed or found.in_section or self._ends_alone
        return msgspec.structs.replace(found, in_section=still_open and not found.truncated)

    def _lists_calls(self, text: str, bracket: int, opened: bool) -> bool:
        """Whether a list of calls begins here; models write one where the template does not, too."""
        if self._in_list or not self.dialect.envelope:
            return self._in_list and (opened or not self._section)
        return opened or not self._section

    def _past_separators(self, text: str, position: int) -> int:
        while True:
            position = skip_space(text, position)
            if position < len(text) and text[position] in _SEPARATORS:
                position += 1
                continue
            for mark in self._separators:
                if text.startswith(mark, position):
                    position += len(mark)
                    break
            else:
                return position

    def _section_over(self, text: str, position: int, final: bool) -> Reading | None:
        """The reading at the end of a section, None when there is more in it."""
        start = skip_space(text, position)
        bracket = text.startswith("]", start) and bool(self._in_list or self.dialect.envelope)
        end = start + 1 if bracket else position
        try:
            if bracket and self._closing and (closed := match_marks(text, end, self._closing)) >= 0:
                return Reading(closed)
            after = match_marks(text, end, self._section_end)
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

    def _call(self, text: str, position: int, opened: bool, listed: bool, final: bool) -> Reading | None:
        if self.dialect.envelope:
            return self._enveloped(text, position, opened, listed, final)
        head = self._start.match(text, position)
        if head is None or not head.slots.get(NAME):
            return None
        known = head.slots[NAME] in self._schemas
        if not known and (self._only_known or not (self._firsts or opened)):
            return None
        typing = Typing(self._schemas.get(head.slots[NAME]))
        if text.startswith(("{", '"{'), skip_space(text, head.end)) and self.dialect.arguments != "braced":
            return self._with_json(text, head, typing, final)
        if self.dialect.arguments == "tagged" and self._tagged:
            found = self._tagged.read(text, head.end, typing, final)
            if found is None:
                # A mark and a word may as well be a sentence about calls.
                bare = isinstance(self.dialect.start[-1], Slot) and not known
                return None if bare else self._malformed(text, head.end, head, final)
            call = self._made(head, found.value, typing, repaired=found.repaired)
            return Reading(found.end, (call,))
        if self.dialect.arguments == "json":
            return self._with_json(text, head, typing, final)
        return self._with_keys(text, head, typing, final)

    def _enveloped(self, text: str, position: int, opened: bool, listed: bool, final: bool) -> Reading | None:
        """A JSON object that holds a call."""
        marked = match_marks(text, position, self._opening) if self._opening else -1
        if marked < 0 and not (opened or listed) and (self._opening or self._section):
            return None
        start = skip_space(text, position if marked < 0 else marked)
        if start >= len(text):
            raise IncompleteError
        if text[start] == "[" and marked >= 0:
            start = skip_space(text, start + 1)
            if start >= len(text):
                raise IncompleteError
        if text[start] != "{":
            return None
        certain = (opened or marked >= 0) and not self._only_known
        try:
            found = read_json(text, start, self._stops)
        except BrokenError:
            if not certain:
                return None
            end, after = self._raw_end(text, start, final)
            return Reading(
                after, (ReadCall(read_name(text[start:end], self._keys), text[start:end].strip()),)
            )
        call = self._unwrapped(unwrap(found.value, self._keys, self._schemas), text[start : found.end])
        if not certain and (call.name not in self._schemas or isinstance(call.arguments, str)):
            return None
        end, stray = self._past_stray(text, found.end, final)
        call = msgspec.structs.replace(call, repaired=call.repaired or found.repaired or stray)
        after = self._past_closing(text, end, final)
        # Without its closing mark the block is still open, and may hold one more call.
        return Reading(after, (call,), in_section=bool(self._closing) and after == end)

    @property
    def _keys(self) -> Envelope:
        return self.dialect.envelope or Envelope()

    def _unwrapped(self, found: Unwrapped | None, raw: str) -> ReadCall:
        if found is None:
            return ReadCall(read_name(raw, self._keys), raw.strip())
        typing = Typing(self._schemas.get(found.name))
        arguments = found.arguments
        if isinstance(arguments, str):
            try:
                arguments = read_json(arguments + " ", 0).value
            except (IncompleteError, BrokenError):
                return ReadCall(found.name, found.arguments, found.id)
            typing.coercions.append("arguments: string to object")
        if not isinstance(arguments, dict):
            return ReadCall(found.name, raw.strip(), found.id)
        typed = clean_value(typing.typed(arguments))
        return ReadCall(found.name, typed, found.id, tuple(typing.coercions), found.repaired)

    def _with_json(self, text: str, head: Match, typing: Typing, final: bool) -> Reading | None:
        """Arguments as one JSON object behind the name."""
        start = skip_space(text, head.end)
        if start >= len(text):
            raise IncompleteError
        if text[start] != "{":
            closing = match_marks(text, head.end, self._closing) if self._closing else -1
            if closing >= 0:
                return Reading(closing, (self._made(head, {}, typing, repaired=True),))
            if not self._closing and not self.dialect.section_end:
                return None  # a name and no more: words
            return self._malformed(text, head.end, head, final)
        try:
            found = read_json(text, start, self._stops)
        except BrokenError:
            return self._malformed(text, start, head, final)
        end, stray = self._past_stray(text, found.end, final)
        end = self._past_closing(text, end, final)
        call = self._made(head, typing.typed(found.value), typing, repaired=found.repaired or stray)
        return Reading(end, (call,))

    def _with_keys(self, text: str, head: Match, typing: Typing, final: bool) -> Reading | None:
        """key=value of Python or key:value of Gemma, up to the closing bracket."""
        for loose in (False, True):
            try:
                arguments, position, repaired = self._keyed(text, head.end, loose)
            except BrokenError:
                continue
            end = self._past_closing(text, position, final)
            return Reading(end, (self._made(head, typing.typed(arguments), typing, repaired=repaired),))
        return self._malformed(text, head.end, head, final)

    def _keyed(self, text: str, position: int, loose: bool) -> tuple[dict[str, Any], int, bool]:
        """The arguments, where their closing bracket stands, and whether they had to be repaired."""
        braced = self.dialect.arguments == "braced"
        pattern, closing = (_BRACED_KEY, "}") if braced else (_PYTHON_KEY, ")")
        reader = Literals(text, stops=self._stops, quote=self.dialect.quote if braced else "", loose=loose)
        arguments: dict[str, Any] = {}
        while True:
            position = skip_space(text, position)
            if position >= len(text):
                raise IncompleteError
            if text[position] == closing:
                return arguments, position, loose
            if text[position] == "," and arguments:
                position += 1
                continue
            key = pattern.match(text, position)
            if not key:
                if _BEGUN_KEY.match(text, position):
                    raise IncompleteError
                raise BrokenError("key")
            found = reader.read(key.end(), 1)
            arguments[key.group(1).strip("\"'")] = found.value
            position = found.end

    def _made(
        self, head: Match, arguments: dict[str, Any], typing: Typing, *, repaired: bool = False
    ) -> ReadCall:
        return ReadCall(
            head.slots[NAME],
            clean_value(arguments),
            head.slots.get(ID, ""),
            tuple(typing.coercions),
            repaired,
        )

    def _malformed(self, text: str, start: int, head: Match, final: bool) -> Reading:
        end, after = self._raw_end(text, start, final)
        return Reading(after, (ReadCall(head.slots[NAME], text[start:end].strip(), head.slots.get(ID, "")),))

    def _raw_end(self, text: str, position: int, final: bool) -> tuple[int, int]:
        """Where a call that cannot be read is over, and where what follows it begins."""
        found = self._over.search(text, position) if self._over else None
        if not found:
            if not final:
                raise IncompleteError
            return len(text), len(text)
        return found.start(), self._past_closing(text, found.start(), final)

    def _past_stray(self, text: str, position: int, final: bool) -> tuple[int, bool]:
        """Brackets too many in front of the closing mark: passed over, and told."""
        start = skip_space(text, position)
        end = start
        while end < len(text) and text[end] == "}":
            end = skip_space(text, end + 1)
        if end == start or not self._closing or not self._closing[0].startswith("<"):
            return position, False
        if end >= len(text) and not final:
            raise IncompleteError
        return end, True

    def _past_closing(self, text: str, position: int, final: bool) -> int:
        """Past the closing marks; those that the model left out are not missed."""
        for mark in self._closing:
            try:
                position = match_mark(text, position, mark, optional=True)
            except IncompleteError:
                if not final:
                    raise
                return len(text)
        return position

    def _is_over(self, text: str, position: int) -> bool:
        """Whether a call that ended at `position` is followed by another, by the end of its section or text."""
        for mark in self._section_end:
            position = match_mark(text, position, mark, optional=True)
        start = skip_space(text, position)
        if start >= len(text):
            raise IncompleteError
        marks = (*self._section[:1], *self._firsts)
        if any(
            mark.startswith(text[start : start + len(mark)]) and len(text) - start < len(mark)
            for mark in marks
        ):
            raise IncompleteError
        return text.startswith(marks, start) if marks else False

    def _cut_off(self, text: str, position: int, in_section: bool | None) -> Reading | None:
        """The text ended inside of a call, if there was one."""
        start, opened = position, bool(in_section)
        if in_section is not None:
            start = self._past_separators(text, start)
        if not opened and self._section:
            try:
                after = match_marks(text, start, self._section)
            except IncompleteError:
                return Reading(len(text), truncated=True)
            if after >= 0:
                start, opened = after, True
        if not text[start:].strip():
            return Reading(len(text), truncated=True) if opened else None
        if self.dialect.envelope:
            return self._cut_off_object(text, start, opened)
        try:
            head = self._start.match(text, start)
        except IncompleteError:
            head = None
        if head is None:
            return Reading(len(text), truncated=True) if opened or self._begins(text, start) else None
        if isinstance(self.dialect.start[-1], Slot) and head.slots[NAME] not in self._schemas:
            return None
        return self._abandoned(text, head.end, head.slots[NAME], head.slots.get(ID, ""))

    def _begins(self, text: str, start: int) -> bool:
        """Whether a call has begun whose head is not whole."""
        rest = text[start:].strip()
        first = self._start.first
        if not first or not rest.startswith(first):
            return bool(first) and first.startswith(rest)
        name = rest[len(first) :].strip()
        weak = isinstance(self.dialect.start[-1], Slot)
        return not weak or any(known.startswith(name) for known in self._schemas)

    def _cut_off_object(self, text: str, start: int, opened: bool) -> Reading | None:
        try:
            marked = match_marks(text, start, self._opening) if self._opening else -1
        except IncompleteError:
            return None if self._only_known else Reading(len(text), truncated=True)
        if (marked < 0 and not opened) or self._only_known:
            # Only a known name tells it from any other JSON.
            raw = text[skip_space(text, max(start, marked)) :]
            known = raw.startswith("{") and read_name(raw, self._keys) in self._schemas
            unmarked = self._only_known or not (self._opening or self._section)
            return self._abandoned(text, len(text) - len(raw), "", "") if known and unmarked else None
        start = skip_space(text, max(start, marked))
        start = skip_space(text, start + 1) if text.startswith("[", start) else start
        if start >= len(text):
            return Reading(len(text), truncated=True)
        return self._abandoned(text, start, "", "")

    def _abandoned(self, text: str, start: int, name: str, id: str) -> Reading:
        """A call whose value never ends. A closing mark with nothing but calls behind it ends it all the
        same, as when a quote was forgotten; else the text broke off.
        """
        end, after, truncated = len(text), len(text), True
        found = self._over.search(text, start) if self._over else None
        if found and found.group() not in self._firsts:
            closed = self._past_closing(text, found.start(), True)
            for mark in self._section_end:
                place = skip_space(text, closed)
                closed = place + len(mark) if text.startswith(mark, place) else closed
            following = skip_space(text, closed)
            if following >= len(text) or text.startswith(self._firsts or ("\0",), following):
                end, after, truncated = found.start(), closed, False
        raw = text[start:end].strip()
        return Reading(after, (ReadCall(name or read_name(raw, self._keys), raw, id),), truncated=truncated)


def _around_object(dialect: Dialect) -> tuple[str, str]:
    """What stands before and after the JSON object of a call."""
    literals = [part for part in dialect.call if isinstance(part, str)]
    first, last = (literals[0], literals[-1]) if literals else ("", "")
    return first.partition("{")[0], last.rpartition("}")[2]
