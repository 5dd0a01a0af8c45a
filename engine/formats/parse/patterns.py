"""Matches a dialect's patterns in a model's text, with any white space around their marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from engine.formats.dialect import ID, INDEX, KEY, NAME, TYPE, Pattern, Slot
from engine.formats.parse.literals import skip_space
from engine.formats.parse.strings import IncompleteError

# Marks stand apart at white space, between two tags, and around a code fence.
_MARK = re.compile(r"```[a-z]*|(?:(?!```)\S)+?(?=\s|```|(?<=>)<|$)")
_FENCE_WORD = re.compile(r"[a-z_]*")
# A namespace in front of a name, which some models leave out: functions.
_NAMESPACE = re.compile(r"(.*[>=:])(\w+\.)", re.DOTALL)
# A word between a tag and a colon, which others do: <|tool_call>call:
_WORD = re.compile(r"(.*>)(\w+)(:)", re.DOTALL)
# The beginning of an attribute behind another: " index="
_ATTRIBUTE = re.compile(r'"\s+\w+="\Z')
# Those of XML. xml.sax would bring a client for HTTP into every start of a host.
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")
_RUNS = {
    NAME: re.compile(r"(?:&(?:amp|lt|gt|quot|apos);|[^\s<>{}\[\]()\"'`|,;=]){1,256}"),
    ID: re.compile(r"[^\s<>{}\[\]()\"'`|,;=]{1,256}"),
    INDEX: re.compile(r"\d{1,9}"),
    KEY: re.compile(r"(?!/)[^\n<>\"\[\]]{1,256}"),
    TYPE: re.compile(r"\w{1,40}"),
}


class Mark(msgspec.Struct, frozen=True):
    text: str
    optional: bool = False


class Match(msgspec.Struct, frozen=True):
    """Where a pattern ends and what its slots hold. `repaired`: it was written by halves."""

    end: int
    slots: dict[Slot, str] = {}
    repaired: bool = False


def marks_of(literal: str) -> tuple[str, ...]:
    """A literal's parts between which any white space may stand."""
    return tuple(_MARK.findall(literal))


class CompiledPattern:
    """A pattern to be found at a given place."""

    def __init__(self, pattern: Pattern) -> None:
        self._parts: list[Mark | Slot] = []
        shorter = _without_attribute(pattern)
        self._shorter = CompiledPattern(shorter) if shorter else None
        for part in pattern:
            if isinstance(part, Slot):
                self._parts.append(part)
            else:
                self._add(part)

    def _add(self, literal: str) -> None:
        for mark in marks_of(literal):
            namespace, word = _NAMESPACE.fullmatch(mark), _WORD.fullmatch(mark)
            if namespace:
                self._parts += [Mark(namespace.group(1)), Mark(namespace.group(2), optional=True)]
            elif word:
                self._parts += [Mark(word.group(1)), Mark(word.group(2), optional=True), Mark(word.group(3))]
            else:
                self._parts.append(Mark(mark, optional=mark.startswith("```")))

    @property
    def first(self) -> str:
        """The first mark, "" when the pattern begins with a slot."""
        part = self._parts[0] if self._parts else ""
        return part.text if isinstance(part, Mark) else ""

    def match(self, text: str, position: int) -> Match | None:
        """The pattern at `position`, perhaps without an attribute that it can do without; None when something else
        stands there. Raises IncompleteError where the text ends before that can be said.
        """
        found = self._match(text, position)
        return self._shorter.match(text, position) if found is None and self._shorter else found

    def _match(self, text: str, position: int) -> Match | None:
        slots: dict[Slot, str] = {}
        namespace = ""
        for number, part in enumerate(self._parts):
            if isinstance(part, Mark):
                found = match_mark(text, position, part.text, optional=part.optional)
                if found < 0:
                    return None
                namespace = part.text if part.optional and found > position else ""
                position = found
                continue
            position = skip_space(text, position)
            run = _RUNS[part].match(text, position)
            if position >= len(text) or (run and run.end() == len(text)):
                raise IncompleteError
            if not run:
                return None
            end = self._slot_end(text, run, number)
            value, position = _attribute(text[run.start() : end], self._parts[number - 1]), end
            if part is NAME and self._is_numbered(number):
                # The colon in front of the number is one that a name might have as well.
                name, _, digits = value.rpartition(":")
                slots[ID] = namespace + value
                slots[NAME] = name if name and digits.isdigit() else value
                return self._rest(number + 3).match_into(text, position, slots)
            if slots.setdefault(part, value.strip()) != value.strip():
                return None
        return Match(position, slots)

    def _slot_end(self, text: str, run: re.Match[str], number: int) -> int:
        """Where the mark behind a slot begins, when that could be part of a name as well: f.call("""
        following = self._parts[number + 1] if number + 1 < len(self._parts) else None
        if isinstance(following, Mark) and not self._is_numbered(number):
            mark = following.text
            place = text.rfind(mark, run.start() + 1, run.end() + len(mark))
            if place >= 0:
                return min(place, run.end())
        return run.end()

    def match_into(self, text: str, position: int, slots: dict[Slot, str]) -> Match | None:
        found = self.match(text, position)
        return Match(found.end, {**slots, **found.slots}) if found else None

    def _is_numbered(self, number: int) -> bool:
        following = self._parts[number + 1 : number + 3]
        return len(following) == 2 and following[0] == Mark(":") and following[1] is INDEX

    def behind_mark(self) -> CompiledPattern:
        """The pattern without its first mark."""
        return self._rest(1)

    def _rest(self, number: int) -> CompiledPattern:
        rest = CompiledPattern(())
        rest._parts = self._parts[number:]
        return rest


def _attribute(value: str, before: Mark | Slot) -> str:
    """What stands in a slot, without the entities of an attribute between quotes."""
    quoted = isinstance(before, Mark) and before.text.endswith('"')
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], value) if quoted else value


def _without_attribute(pattern: Pattern) -> Pattern:
    """The pattern without an attribute for the number of a call or the type of a value, () if it has none."""
    for number, part in enumerate(pattern[1:-1], 1):
        before, behind = pattern[number - 1], pattern[number + 1]
        if part in (INDEX, TYPE) and isinstance(before, str) and isinstance(behind, str):
            attribute = _ATTRIBUTE.search(before)
            if attribute and behind.startswith('"'):
                return (*pattern[: number - 1], before[: attribute.start()] + behind, *pattern[number + 2 :])
    return ()


def match_mark(text: str, position: int, mark: str, *, optional: bool = False) -> int:
    """Where `mark` ends, white space before it skipped; -1 when something else stands there, or `position`
    when it may be missing. Raises IncompleteError at the end of the text.
    """
    start = skip_space(text, position)
    if text.startswith(mark, start):
        return start + len(mark)
    if mark.startswith(text[start : start + len(mark)]):
        raise IncompleteError
    return position if optional else -1


def past_fence(text: str, position: int) -> int:
    """Behind a fence of code that a model writes around what a tag holds; `position` where none is. Raises
    IncompleteError at the end of the text.
    """
    start = match_mark(text, position, "```", optional=True)
    if start == position:
        return position
    fence = _FENCE_WORD.match(text, start)
    if fence is None or fence.end() == len(text):
        raise IncompleteError
    return fence.end()


def match_marks(text: str, position: int, marks: Sequence[str]) -> int:
    """Where all `marks` end, one after the other, or -1. Raises IncompleteError at the end of the text."""
    for mark in marks:
        position = match_mark(text, position, mark)
        if position < 0:
            return -1
    return position
