"""Reads tool calls in a model's text by its dialect.

Pure functions of the text: each either decides, whatever text follows, or raises IncompleteError for more.
With `final` the text has ended and is judged as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.formats.dialect import ID, NAME, Dialect, Slot
from engine.formats.parse.arguments import Typing
from engine.formats.parse.broken_off import cut_off
from engine.formats.parse.call_marks import BegunCallError, CallMarks, ReadCall, Reading, with_written
from engine.formats.parse.envelopes import Unwrapped, read_name, unwrap
from engine.formats.parse.half_written import HalfWrittenTag
from engine.formats.parse.keyed import KeyedArguments
from engine.formats.parse.literals import read_json, skip_space
from engine.formats.parse.patterns import Match, match_marks, past_fence
from engine.formats.parse.strings import BrokenError, IncompleteError
from engine.formats.parse.tagged import TaggedArguments
from engine.formats.parse.tool_schema import Schema
from engine.formats.parse.written import Written, written_envelope, written_json
from engine.text import clean_value


class Notation:
    """One dialect, made ready for reading. `schemas` are those of the known tools by name. `only_known`: what
    names no known tool is no call, because the marks are common in other texts.
    """

    def __init__(self, dialect: Dialect, schemas: Mapping[str, Schema], *, only_known: bool = False) -> None:
        self.marks = CallMarks(dialect, schemas, only_known=only_known)
        self._tagged = TaggedArguments(dialect, self.marks.is_over) if dialect.parameter else None
        self._half_written = HalfWrittenTag(dialect.start)
        self._keyed = KeyedArguments(dialect, self.marks.stops)
        closing = self.marks.closing[:1]
        self._attributes = KeyedArguments(dialect, self.marks.stops, closing[0]) if closing else None

    def read(self, text: str, position: int, in_section: bool | None, final: bool) -> Reading | None:
        """The next call or calls at `position`, or the end of their section; None when something else stands
        there. `in_section` is None before the first call. Raises IncompleteError while more text is needed.
        """
        try:
            return self._read(text, position, in_section, final)
        except IncompleteError:
            if not final:
                raise
            return cut_off(self.marks, text, position, in_section)

    def _read(self, text: str, position: int, in_section: bool | None, final: bool) -> Reading | None:
        opened, listed = bool(in_section), bool(in_section) and self.marks.in_list
        joined = False  # to the call before it, so that it may do without marks
        if in_section is not None:
            before, position = position, self.marks.past_separators(text, position)
            joined = bool(text[before:position].strip())
            if opened and (over := self.marks.section_over(text, position, final)) is not None:
                return over
            if not opened and self.marks.section_end:
                # Without its beginning, or once more.
                after = match_marks(text, position, self.marks.section_end)
                if after >= 0:
                    return Reading(after)
        if not opened and self.marks.section:
            after = match_marks(text, position, self.marks.section)
            if after >= 0:
                position, opened = after, True
        if not opened and self.marks.section and not self.marks.firsts:
            return None
        bracket = skip_space(text, position)
        if not listed and text.startswith("[", bracket) and self._lists_calls(text, bracket, opened):
            position, listed = bracket + 1, True
            over = self.marks.section_over(text, position, final)
            if over is not None:  # an empty list, which without marks is a value like any other
                return None if self.marks.only_known and self.marks.section else over
        found = self._call(text, position, opened, listed or joined, final)
        if found is None:
            return None
        still_open = opened or listed or found.in_section or self.marks.ends_alone
        return msgspec.structs.replace(found, in_section=still_open and not found.truncated)

    def _lists_calls(self, text: str, bracket: int, opened: bool) -> bool:
        """Whether a list of calls begins here; models write one where the template does not, too."""
        if self.marks.in_list or not self.marks.dialect.envelope:
            return self.marks.in_list and (opened or not self.marks.section)
        return opened or not self.marks.section

    def _call(self, text: str, position: int, opened: bool, listed: bool, final: bool) -> Reading | None:
        if self.marks.dialect.envelope:
            return self._enveloped(text, position, opened, listed, final)
        start = skip_space(text, position)
        if self._tagged and opened and text.startswith("{", start):
            return self._object(text, start, False, final)
        head = self.marks.start.match(text, position) or self._half_written.match(
            text, position, self.marks.schemas
        )
        if head is None and opened and self.marks.again:
            head = self.marks.again.match(text, position)
        if head is None or not head.slots.get(NAME):
            return None
        head = self._named(head, self.marks.tool(head.slots[NAME]))
        known = head.slots[NAME] in self.marks.schemas
        if not known and (self.marks.only_known or not (self.marks.firsts or opened)):
            return None
        try:
            found = self._headed(text, head, known, opened, final)
        except IncompleteError as error:
            if written := self._written(text, head):
                raise BegunCallError(written, error.open) from error
            raise
        return found and with_written(found, self._written(text, head))

    def _headed(self, text: str, head: Match, known: bool, opened: bool, final: bool) -> Reading | None:
        """The call behind its name."""
        typing = Typing(self.marks.schemas.get(head.slots[NAME]))
        if text.startswith("{", skip_space(text, head.end)) and self.marks.dialect.arguments != "braced":
            return self._with_json(text, head, typing, final)
        if self.marks.dialect.arguments == "tagged" and self._tagged:
            found = self._tagged.read(text, head.end, typing, final)
            if found is None:
                # A mark and a word may as well be a sentence about calls.
                bare = isinstance(self.marks.dialect.start[-1], Slot) and not known
                return None if bare else self._as_python(text, head, typing, final)
            arguments = typing.taken_out(found.value)
            call = self._made(head, arguments, typing, repaired=found.repaired or head.repaired)
            return Reading(found.end, (call,))
        if self.marks.dialect.arguments == "json":
            return self._with_json(text, head, typing, final)
        return self._with_keys(text, head, typing, final)

    def _written(self, text: str, head: Match) -> Written | None:
        """What is certain of a call behind its name, of a known tool in marks of its own; None for nothing."""
        name = head.slots[NAME]
        if (
            head.repaired
            or name not in self.marks.schemas
            or self.marks.only_known
            or ID in self.marks.dialect.end
        ):
            return None
        written, typing = Written(name, head.slots.get(ID, "")), Typing(self.marks.schemas[name])
        start = skip_space(text, head.end)
        if self.marks.dialect.arguments == "json" or (
            text.startswith("{", start) and self.marks.dialect.arguments != "braced"
        ):
            return written_json(text, start, typing, written) if text.startswith("{", start) else None
        if self._tagged:
            return self._tagged.written(text, head.end, typing, written)
        return self._keyed.written(text, head.end, typing, written)

    def _enveloped(self, text: str, position: int, opened: bool, listed: bool, final: bool) -> Reading | None:
        """A JSON object that holds a call."""
        marked = match_marks(text, position, self.marks.opening) if self.marks.opening else -1
        if marked < 0 and not (opened or listed) and (self.marks.opening or self.marks.section):
            return None
        start = skip_space(text, position if marked < 0 else past_fence(text, marked))
        if start >= len(text):
            raise IncompleteError
        if text[start] == "[" and marked >= 0:
            start = skip_space(text, start + 1)
            if start >= len(text):
                raise IncompleteError
        if text[start] != "{":
            return None
        certain = (opened or marked >= 0) and not self.marks.only_known
        written = written_envelope(text, start, self.marks.keys, self.marks.schemas) if certain else None
        try:
            found = self._object(text, start, certain, final)
        except IncompleteError as error:
            if written:
                raise BegunCallError(written, error.open) from error
            raise
        if found and marked < 0 and not opened:
            found = msgspec.structs.replace(found, in_section=False)
        return found and with_written(found, written)

    def _object(self, text: str, start: int, certain: bool, final: bool) -> Reading | None:
        try:
            found = read_json(text, start, self.marks.stops)
        except BrokenError:
            if not certain:
                return None
            end, after = self.marks.raw_end(text, start, final)
            return Reading(
                after, (ReadCall(read_name(text[start:end], self.marks.keys), text[start:end].strip()),)
            )
        call = self._unwrapped(
            unwrap(found.value, self.marks.keys, self.marks.schemas), text[start : found.end]
        )
        if not certain and (call.name not in self.marks.schemas or isinstance(call.arguments, str)):
            return None
        end, stray = self.marks.past_stray(text, found.end, final)
        call = msgspec.structs.replace(call, repaired=call.repaired or found.repaired or stray)
        after = self.marks.past_closing(text, end, final)
        # Without its closing mark the block is still open, and may hold one more call.
        return Reading(after, (call,), in_section=bool(self.marks.closing) and after == end)

    def _unwrapped(self, found: Unwrapped | None, raw: str) -> ReadCall:
        if found is None:
            return ReadCall(read_name(raw, self.marks.keys), raw.strip())
        found = msgspec.structs.replace(found, name=self.marks.tool(found.name, found.arguments))
        typing = Typing(self.marks.schemas.get(found.name))
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
            closing = match_marks(text, head.end, self.marks.closing) if self.marks.closing else -1
            if closing >= 0:
                return Reading(closing, (self._made(head, {}, typing, repaired=True),))
            if not self.marks.closing and not self.marks.dialect.section_end:
                return None  # a name and no more: words
            return self._as_python(text, head, typing, final)
        try:
            found = read_json(text, start, self.marks.stops)
        except BrokenError:
            return self._malformed(text, start, head, final)
        end, stray = self.marks.past_stray(text, found.end, final)
        end = self.marks.past_closing(text, end, final)
        meant = self.marks.tool(head.slots[NAME], found.value)
        if meant != head.slots[NAME]:
            head, typing = self._named(head, meant), Typing(self.marks.schemas[meant])
        repaired = found.repaired or stray or head.repaired
        return Reading(end, (self._made(head, typing.typed(found.value), typing, repaired=repaired),))

    def _with_keys(self, text: str, head: Match, typing: Typing, final: bool) -> Reading | None:
        found = self._keyed.read(text, head.end, final)
        if found is None:
            return self._malformed(text, head.end, head, final)
        end = self.marks.past_closing(text, found.end, final)
        call = self._made(head, typing.typed(found.value), typing, repaired=found.repaired)
        return Reading(end, (call,), in_section=bool(self.marks.again) and end == found.end + 1)

    def _as_python(self, text: str, head: Match, typing: Typing, final: bool) -> Reading | None:
        """Arguments of a known tool as Python writes them, where the dialect does not: f(a=1) or f a=1."""
        start = skip_space(text, head.end)
        bracket = text.startswith("(", start)
        keyed = self._keyed if bracket else self._attributes
        known = head.slots[NAME] in self.marks.schemas and self.marks.dialect.arguments != "braced"
        found = keyed.read(text, start + bracket, final) if keyed and known else None
        if found is None or not typing.names >= found.value.keys():
            return self._malformed(text, head.end, head, final)
        end = self.marks.past_closing(text, found.end + bracket, final)
        return Reading(end, (self._made(head, typing.typed(found.value), typing, repaired=True),))

    @staticmethod
    def _named(head: Match, name: str) -> Match:
        return msgspec.structs.replace(head, slots=head.slots | {NAME: name})

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

    def _malformed(self, text: str, start: int, head: Match, final: bool) -> Reading | None:
        if head.repaired:
            return None  # nothing of it can be read: words
        end, after = self.marks.raw_end(text, start, final)
        return Reading(after, (ReadCall(head.slots[NAME], text[start:end].strip(), head.slots.get(ID, "")),))
