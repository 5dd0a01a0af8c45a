"""Places at which two texts differ, and texts made with some of them. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import msgspec

CONTEXT = 3  # lines shown around a change
# Comparing takes time with the product of differing lines: beyond this all are one change.
_MOST_COMPARED = 4_000_000


class Change(msgspec.Struct, frozen=True, array_like=True):
    """Lines `old_start` to `old_stop` became lines `new_start` to `new_stop`; from 0, the stops not included."""

    old_start: int
    old_stop: int
    new_start: int
    new_stop: int


class HunkLine(msgspec.Struct, frozen=True, array_like=True):
    """`old` and `new` are the numbers from 1 in both texts, 0 where it is not. `ended` False: it has no newline."""

    mark: Literal[" ", "-", "+"]
    text: str
    old: int
    new: int
    ended: bool = True


class Hunk(msgspec.Struct, frozen=True):
    """Changes that lie close together, with the lines around them. `number` counts from 1 in its file."""

    number: int
    changes: tuple[Change, ...]
    lines: tuple[HunkLine, ...]

    @property
    def head(self) -> str:
        """As in a unified diff."""
        return f"@@ -{self._range('+', 'old')} +{self._range('-', 'new')} @@"

    def _range(self, without: str, side: str) -> str:
        numbers = [getattr(line, side) for line in self.lines if line.mark != without]
        if numbers:
            return f"{numbers[0]},{len(numbers)}"
        before = self.changes[0].old_start if side == "old" else self.changes[0].new_start
        return f"{before},0"


def lines_of(text: str) -> list[str]:
    """Lines with their ends; only "\\n" ends one."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def hunks_of(before: str, after: str) -> tuple[Hunk, ...]:
    """The places at which two texts differ, in their order."""
    old, new = lines_of(before), lines_of(after)
    groups: list[list[Change]] = []
    for change in _changes(old, new):
        if groups and change.old_start - groups[-1][-1].old_stop <= 2 * CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return tuple(
        Hunk(number, tuple(group), tuple(_shown(group, old, new, 0, len(old))))
        for number, group in enumerate(groups, 1)
    )


def split(before: str, after: str, hunks: Sequence[Hunk], number: int) -> tuple[Hunk, ...]:
    """The hunks of two texts with one of them divided into its changes, numbered anew."""
    old, new = lines_of(before), lines_of(after)
    made: list[Hunk] = []
    for hunk in hunks:
        changes = hunk.changes
        if hunk.number != number:
            made.append(hunk)
            continue
        # What is shown around a change ends where the next one begins.
        first = (0, *(change.old_stop for change in changes[:-1]))
        last = (*(change.old_start for change in changes[1:]), len(old))
        made += [
            Hunk(0, (change,), tuple(_shown((change,), old, new, begin, end)))
            for change, begin, end in zip(changes, first, last, strict=True)
        ]
    return tuple(msgspec.structs.replace(hunk, number=place) for place, hunk in enumerate(made, 1))


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    same, most = 0, min(len(old), len(new))
    while same < most and old[same] == new[same]:
        same += 1
    tail = 0
    while tail < most - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first, second = old[same : len(old) - tail], new[same : len(new) - tail]
    if not first and not second:
        return
    if len(first) * len(second) > _MOST_COMPARED:
        yield Change(same, same + len(first), same, same + len(second))
        return
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, first, second).get_opcodes():
        if tag != "equal":
            yield Change(same + i1, same + i2, same + j1, same + j2)


def _shown(
    group: Sequence[Change], old: Sequence[str], new: Sequence[str], first: int, last: int
) -> Iterator[HunkLine]:
    """The lines of changes, and of those around them in `old` between `first` and `last`."""
    at = max(first, group[0].old_start - CONTEXT)
    shift = group[0].new_start - group[0].old_start
    for change in group:
        for number in range(at, change.old_start):
            yield _line(" ", old[number], number + 1, number + 1 + shift)
        for number in range(change.old_start, change.old_stop):
            yield _line("-", old[number], number + 1, 0)
        for number in range(change.new_start, change.new_stop):
            yield _line("+", new[number], 0, number + 1)
        at, shift = change.old_stop, change.new_stop - change.old_stop
    for number in range(at, min(last, at + CONTEXT)):
        yield _line(" ", old[number], number + 1, number + 1 + shift)


def _line(mark: Literal[" ", "-", "+"], text: str, old: int, new: int) -> HunkLine:
    return HunkLine(mark, text.removesuffix("\n"), old, new, text.endswith("\n"))


class Carried(msgspec.Struct, frozen=True):
    """A text with changes in it; `left` are the numbers of the hunks that could not be put there."""

    text: str
    left: tuple[int, ...] = ()


def without(before: str, after: str, hunks: Collection[Hunk], current: str) -> Carried:
    """`current`, which came of `after`, with the hunks taken back. Those on which somebody worked since are left."""
    old, new = lines_of(before), lines_of(after)
    edits = {
        hunk.number: [(c.new_start, c.new_stop, old[c.old_start : c.old_stop]) for c in hunk.changes]
        for hunk in hunks
    }
    return _carried(new, edits, lines_of(current))


def with_only(before: str, after: str, hunks: Collection[Hunk], current: str) -> Carried:
    """`current`, from which `before` came, with the hunks put in. Those whose lines are others there are left."""
    old, new = lines_of(before), lines_of(after)
    edits = {
        hunk.number: [(c.old_start, c.old_stop, new[c.new_start : c.new_stop]) for c in hunk.changes]
        for hunk in hunks
    }
    return _carried(old, edits, lines_of(current))


_Edits = dict[int, list[tuple[int, int, list[str]]]]


def _carried(base: Sequence[str], edits: _Edits, current: Sequence[str]) -> Carried:
    """`edits` of `base` by hunk, carried over to `current`."""
    blocks = list(_same(base, current))
    left: list[int] = []
    placed: list[tuple[int, int, list[str]]] = []
    for number, changes in edits.items():
        places = [_place(start, stop, blocks, len(base), len(current)) for start, stop, _ in changes]
        if None in places:
            left.append(number)
            continue
        placed += [
            (at, at + stop - start, lines)
            for at, (start, stop, lines) in zip(places, changes, strict=True)
            if at is not None
        ]
    made, at = list[str](), 0
    for start, stop, lines in sorted(placed, key=lambda each: each[:2]):
        made += [*current[at:start], *lines]
        at = stop
    made += current[at:]
    return Carried(_joined(made), tuple(left))


def _same(base: Sequence[str], current: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Blocks of lines that are in both: where in the one, where in the other, and how many."""
    at, there = 0, 0
    for change in (*_changes(base, current), Change(len(base), len(base), len(current), len(current))):
        yield at, there, change.old_start - at
        at, there = change.old_stop, change.new_stop


def _place(
    start: int, stop: int, blocks: Sequence[tuple[int, int, int]], length: int, current: int
) -> int | None:
    """Where the lines are now; None when they, or for no lines their neighbours, are not all there."""
    for base, there, size in blocks:
        if start < base or stop > base + size:
            continue
        begins = start > base or (base == 0 and there == 0)
        ends = stop < base + size or (base + size == length and there + size == current)
        if start < stop or (begins and ends):
            return there + start - base
    return None


def _joined(lines: Sequence[str]) -> str:
    """Lines, of which only the last may lack its end."""
    newline = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
    return "".join(line if line.endswith("\n") else line + newline for line in lines[:-1]) + "".join(
        lines[-1:]
    )
