"""Selects the notation of calls for one reply."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.formats.dialect import Dialect
from engine.formats.known_dialects import BARE_JSON, FENCED, FENCED_JSON, MESSAGE_JSON, PYTHONIC, TOOL_CODE
from engine.formats.parse.arguments import parameters_of
from engine.formats.parse.call_marks import BegunCallError, Reading
from engine.formats.parse.calls import Notation
from engine.formats.parse.literals import skip_space
from engine.formats.parse.strings import IncompleteError
from engine.formats.tags import SPECIAL_TAG
from engine.formats.values import Tools

# No notation: calls that need no marks may follow.
BARE = -1
_FENCE = "```"


class Found(msgspec.Struct, frozen=True):
    """A reading and the notation in which to go on."""

    reading: Reading
    notation: int


class CallReader:
    """Reads calls of `dialect` and of the `others`; none at all without tools."""

    def __init__(self, dialect: Dialect, others: tuple[Dialect, ...], tools: Tools) -> None:
        schemas = parameters_of(tools)
        active = bool(schemas) and dialect.name != "none"
        marked = [d for d in (dialect, *others) if d.trigger] if active else []
        self._notations = [Notation(each, schemas) for each in marked]
        self._bare_from = len(self._notations)
        if active:
            self._notations += [
                Notation(each, schemas, only_known=True)
                for each in (
                    BARE_JSON,
                    MESSAGE_JSON,
                    FENCED_JSON,
                    FENCED,
                    *([] if dialect.trigger else [dialect]),
                    PYTHONIC,
                    TOOL_CODE,
                )
            ]
        # Some models leave out the mark of the section, and begin with that of the first call.
        firsts = {mark for each in self._notations[: self._bare_from] for mark in each.marks.own_firsts}
        triggers = {t for d in marked for t in (d.trigger, *d.openings)} | firsts
        self.triggers = tuple(sorted(triggers, key=len, reverse=True))
        # The marks around sections that look like tokens of their own, which nobody writes by chance.
        pairs = [each.marks.section_pair for each in self._notations]
        self.section_ends = {end for _, end in pairs if SPECIAL_TAG.fullmatch(end)}
        self.section_starts = {start for start, end in pairs if SPECIAL_TAG.fullmatch(start) and end}
        # Names that a call's mark follows.
        names = schemas if active and dialect.addressed else ()
        self.addresses = {f"{name}{dialect.trigger}": len(name) for name in names}
        # How a call without marks begins within words.
        self.bare_starts = _bare_starts(schemas) if active else ()
        self.is_marked = bool(dialect.trigger)
        closings = {mark for each in self._notations[: self._bare_from] for mark in each.marks.own_closings}
        self._closings = tuple(sorted(closings - triggers, key=len, reverse=True))
        self._schemas, self._ends_reasoning = schemas, dialect.ends_reasoning

    @property
    def is_active(self) -> bool:
        return bool(self._notations)

    def is_bare(self, found: Found) -> bool:
        """Whether these calls stand there without marks."""
        return not 0 <= found.notation < self._bare_from

    def ends_reasoning(self, reading: Reading) -> bool:
        """Whether these calls may end a reasoning that was not closed: in some dialects any may, in the others those
        that can be carried out."""
        return self._ends_reasoning or self._is_whole(reading)

    def _is_whole(self, reading: Reading) -> bool:
        """Whether these calls can be carried out."""
        return not reading.truncated and all(
            call.name in self._schemas and isinstance(call.arguments, dict) for call in reading.calls
        )

    def begins_bare(self, character: str) -> bool:
        """Whether a call without any mark could begin with this character."""
        return self.is_active and character in "{[`"

    def read(self, text: str, position: int, final: bool, *, bare: bool = False) -> Found | None:
        """The first calls at `position`, None when there are none: in the first notation in which they can be carried
        out, or in which there are some. Raises IncompleteError.
        """
        first, last = (self._bare_from, len(self._notations)) if bare else (0, self._bare_from)
        found: Found | None = None
        for number in range(first, last):
            reading = self._notations[number].read(text, position, None, final)
            if reading is None:
                continue
            whole = self._is_whole(reading)
            if (reading.calls and whole) or not (found or (reading.calls and not reading.truncated)):
                return Found(reading, number)
            found = found or Found(reading, number)
        return found

    def read_in_answer(
        self, text: str, position: int, mark: str, final: bool, closings: tuple[str, ...], is_code: bool
    ) -> Found | None:
        """The first calls at this mark, behind words. Those without any mark need no repair and, in a dialect that
        has marks, end the reply. So do those within code, which are spoken of elsewhere. Raises IncompleteError.
        """
        bare = mark in self.bare_starts
        if is_code and not bare:
            return self._last_calls_of_code(text, position, final, closings)
        if not bare:
            return self.read(text, position, final)
        if self.is_marked:
            return next(iter(self.last_calls(text, position, final, closings, bare=True)), None)
        found = self.read(text, position, final, bare=True)
        return found if found and self._is_sure(found.reading) else None

    def _last_calls_of_code(
        self, text: str, position: int, final: bool, closings: tuple[str, ...]
    ) -> Found | None:
        try:
            found = self.last_calls(text, position, final, (*closings, _FENCE))
        except BegunCallError as error:  # nothing of it is certain, it may be words
            raise IncompleteError(error.open) from error
        return found[0] if found and all(self._is_whole(each.reading) for each in found) else None

    def _is_sure(self, reading: Reading) -> bool:
        whole = not reading.truncated and not any(call.repaired for call in reading.calls)
        return whole and all(call.name in self._schemas for call in reading.calls)

    def go_on(self, text: str, position: int, final: bool, found: Found) -> Found | None:
        """What follows `found`, None when the calls are over. Raises IncompleteError."""
        if found.notation == BARE:
            return self.read(text, skip_space(text, position), final, bare=True)
        reading = self._notations[found.notation].read(text, position, found.reading.in_section, final)
        if reading is None and (end := self._past_closing(text, position, final)) > position:
            reading = Reading(end, in_section=found.reading.in_section)
        return None if reading is None else Found(reading, found.notation)

    def _past_closing(self, text: str, position: int, final: bool) -> int:
        """Behind a closing mark of calls at `position`, written twice or without the opening one."""
        start = skip_space(text, position)
        for mark in self._closings:
            if text.startswith(mark, start):
                return start + len(mark)
            if not final and mark.startswith(text[start:]):
                raise IncompleteError
        return position

    def last_calls(
        self, text: str, position: int, final: bool, closings: tuple[str, ...], *, bare: bool = False
    ) -> list[Found]:
        """The calls from `position` to the end of the reply or, behind them, of the turn, which `closings` mark; none
        where something else follows. Raises IncompleteError.
        """
        calls: list[Found] = []
        found = self.read(text, position, final, bare=bare)
        while found and (self._is_sure if bare else self.ends_reasoning)(found.reading):
            calls.append(found)
            end = _past_marks(text, found.reading.end, closings)
            if not final and any(mark.startswith(text[end:]) for mark in closings):
                raise IncompleteError
            if end >= len(text):
                if not final:
                    raise IncompleteError
                return calls if any(each.reading.calls for each in calls) else []
            found = self.go_on(text, end, final, found)
        return []


def _bare_starts(names: Iterable[str]) -> tuple[str, ...]:
    heads = [f'{{{space}"name":{gap}"' for space in ("", " ", "\n  ", "\n    ") for gap in ("", " ")]
    heads += ['{"type": "function", "name": "', '{"type":"function","name":"']
    return tuple(
        start
        for name in names
        for start in (*(f'{mark}{head}{name}"' for head in heads for mark in ("", "[")), f"[{name}(")
    )


def _past_marks(text: str, position: int, marks: tuple[str, ...]) -> int:
    """Behind white space and these marks."""
    while True:
        position = skip_space(text, position)
        mark = next((mark for mark in marks if text.startswith(mark, position)), "")
        if not mark:
            return position
        position += len(mark)
