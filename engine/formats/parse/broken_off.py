"""Judges a call that the end of the text cuts off."""

from __future__ import annotations

from engine.formats.dialect import ID, NAME, Slot
from engine.formats.parse.arguments import Typing
from engine.formats.parse.call_marks import CallMarks, ReadCall, Reading
from engine.formats.parse.envelopes import read_name
from engine.formats.parse.literals import skip_space
from engine.formats.parse.patterns import match_marks
from engine.formats.parse.strings import IncompleteError


def cut_off(marks: CallMarks, text: str, position: int, in_section: bool | None) -> Reading | None:
    """The call that the text ended in, if any."""
    start, opened = position, bool(in_section)
    if in_section is not None:
        start = marks.past_separators(text, start)
    if not opened and marks.section:
        try:
            after = match_marks(text, start, marks.section)
        except IncompleteError:
            return Reading(len(text), truncated=True)
        if after >= 0:
            start, opened = after, True
    if not text[start:].strip():
        return Reading(len(text), truncated=True) if opened else None
    if marks.dialect.envelope:
        return _cut_off_object(marks, text, start, opened)
    bracket = skip_space(text, start)
    if opened and marks.in_list and text.startswith("[", bracket):
        start = bracket + 1
    try:
        head = marks.start.match(text, start)
    except IncompleteError:
        head = None
    if head is None and (name := _bare_name(marks, text, start)):
        return Reading(len(text), (ReadCall(name, {}, repaired=True),))
    if head is None:
        return Reading(len(text), truncated=True) if opened or _begins(marks, text, start) else None
    if isinstance(marks.dialect.start[-1], Slot) and head.slots[NAME] not in marks.schemas:
        return None
    return _abandoned(marks, text, head.end, head.slots[NAME], head.slots.get(ID, ""))


def _bare_name(marks: CallMarks, text: str, start: int) -> str:
    """The tool of a call that consists of its name, where that is all there can be; "" for none."""
    first, rest = marks.start.first, text[start:].strip()
    name = rest.removeprefix(first).strip() if first and rest.startswith(first) else ""
    if marks.closing or [tool for tool in marks.schemas if name and tool.startswith(name)] != [name]:
        return ""
    return "" if Typing(marks.schemas[name]).names else name


def _begins(marks: CallMarks, text: str, start: int) -> bool:
    """Whether a call with an incomplete head has begun."""
    rest = text[start:].strip()
    first = marks.start.first
    if not first or not rest.startswith(first):
        return bool(first) and first.startswith(rest)
    name = rest[len(first) :].strip()
    weak = isinstance(marks.dialect.start[-1], Slot)
    return not weak or any(known.startswith(name) for known in marks.schemas)


def _cut_off_object(marks: CallMarks, text: str, start: int, opened: bool) -> Reading | None:
    try:
        marked = match_marks(text, start, marks.opening) if marks.opening else -1
    except IncompleteError:
        return None if marks.only_known else Reading(len(text), truncated=True)
    if (marked < 0 and not opened) or marks.only_known:
        # Only a known name tells it from any other JSON.
        raw = text[skip_space(text, max(start, marked)) :]
        known = raw.startswith("{") and read_name(raw, marks.keys) in marks.schemas
        unmarked = marks.only_known or not (marks.opening or marks.section)
        return _abandoned(marks, text, len(text) - len(raw), "", "") if known and unmarked else None
    start = skip_space(text, max(start, marked))
    start = skip_space(text, start + 1) if text.startswith("[", start) else start
    if start >= len(text):
        return Reading(len(text), truncated=True)
    return _abandoned(marks, text, start, "", "")


def _abandoned(marks: CallMarks, text: str, start: int, name: str, id: str) -> Reading:
    """A call whose value never ends. A closing mark followed by nothing but calls ends it all the
    same, as with a forgotten quote; else the text broke off."""
    end, after, truncated = len(text), len(text), True
    found = marks.over.search(text, start) if marks.over else None
    if found and found.group() not in marks.firsts:
        closed = marks.past_closing(text, found.start(), True)
        for mark in marks.section_end:
            place = skip_space(text, closed)
            closed = place + len(mark) if text.startswith(mark, place) else closed
        following = skip_space(text, closed)
        if following >= len(text) or text.startswith(marks.firsts or ("\0",), following):
            end, after, truncated = found.start(), closed, False
    raw = text[start:end].strip()
    return Reading(after, (ReadCall(name or read_name(raw, marks.keys), raw, id),), truncated=truncated)
