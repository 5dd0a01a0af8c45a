"""Detects that a model repeats itself. Pure: it looks at results, turns and texts, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from agents.permissions.values import ToolFacts
from agents.run.state import Done, canonical

# Rounds of a loop, by its number of calls.
_ROUNDS = {1: 3, 2: 2, 3: 3}
# The same for results that differ in digits alone (times, counters).
_ROUGH_ROUNDS = {1: 5, 2: 3, 3: 3}
_EMPTY_CALLS = 2
_SAME_TEXTS = 3
# A tail repeats when a piece of at most this many characters fills at least this many and occurs this often.
_LONGEST_PIECE = 400
_SHORTEST_TAIL = 600
_PIECES = 5


class Repeat(msgspec.Struct, frozen=True):
    """A detected loop.

    `calls` are those that repeat earlier ones, which are not among them; `tool` is the last one's.
    """

    kind: Literal["same", "alternating", "empty", "text"]
    calls: tuple[str, ...] = ()
    tool: str = ""


def repeated_calls(recent: Sequence[Done], facts: Mapping[str, ToolFacts]) -> Repeat | None:
    """The loop that the last result belongs to, if there is one. Calls of polling tools are in none."""
    if not recent:
        return None
    rows = [_Row(done, facts.get(done.name, ToolFacts())) for done in recent]
    if rows[-1].polling:
        return None
    empty = _same_suffix(rows, lambda row: row.empty and (row.done.name,))
    if empty >= _EMPTY_CALLS:
        return _repeat("empty", rows, empty, 1)
    return _periodic(rows, _ROUNDS, lambda row: row.exact) or _periodic(
        rows, _ROUGH_ROUNDS, lambda row: row.roughly
    )


def _periodic(rows: Sequence[_Row], wanted: Mapping[int, int], key: Callable[[_Row], Any]) -> Repeat | None:
    """The shortest loop of these numbers of calls (keys of `wanted`) with at least that many rounds."""
    for period, rounds in wanted.items():
        length = _periodic_suffix([key(row) for row in rows], period)
        tail = rows[len(rows) - length :]
        if length >= period * rounds and not any(row.polling for row in tail):
            return _repeat("same" if period == 1 else "alternating", rows, length, period)
    return None


def repeated_texts(texts: Sequence[str]) -> bool:
    """Whether the last turns all said the same; `texts` are digests, "" for texts too short to matter."""
    last = texts[-_SAME_TEXTS:]
    return len(last) == _SAME_TEXTS and bool(last[0]) and len(set(last)) == 1


def repeating_tail(text: str) -> bool:
    """Whether a text has begun to repeat the same piece."""
    tail = text[-_LONGEST_PIECE * _PIECES :]
    for period in range(1, min(_LONGEST_PIECE, len(tail) // _PIECES) + 1):
        length = max(_SHORTEST_TAIL, period * _PIECES)
        if length > len(tail):
            return False
        end = tail[-length:]
        if end[period:] == end[:-period]:
            return True
    return False


class _Row:
    """A result as it is compared."""

    def __init__(self, done: Done, facts: ToolFacts) -> None:
        self.done = done
        self.polling = facts.polling
        call = (done.name, canonical(done.arguments, facts.volatile))
        self.exact = (*call, done.status, done.text)
        # A file that is read differs only when somebody is changing it.
        from_file = facts.read_only and bool(facts.paths)
        self.roughly = self.exact if from_file else (*call, done.status, done.rough or done.text)
        self.empty = done.arguments in ({}, "", "{}") and done.status == "error"


def _same_suffix(rows: Sequence[_Row], key: Callable[[_Row], Any]) -> int:
    """How many of the last rows have the key of the last one; 0 when that has none."""
    wanted = key(rows[-1])
    if not wanted:
        return 0
    count = 0
    for row in reversed(rows):
        if key(row) != wanted:
            break
        count += 1
    return count


def _periodic_suffix(keys: Sequence[Any], period: int) -> int:
    """The length of the longest end of `keys` that has period `period`."""
    length = period
    while length < len(keys) and keys[-1 - length] == keys[-1 - length + period]:
        length += 1
    return length if len(keys) >= period else 0


def _repeat(
    kind: Literal["same", "alternating", "empty"], rows: Sequence[_Row], length: int, period: int
) -> Repeat:
    again = rows[len(rows) - length + period :]
    return Repeat(kind, tuple(row.done.call for row in again), rows[-1].done.name)
