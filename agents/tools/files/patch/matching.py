"""Puts the hunks of a patch into a text. Where a hunk belongs is never guessed."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

import msgspec

from agents.tools.files.patch.lines import LEVELS, FileLine, Level, Lines, indent_of, shifted, split
from agents.tools.files.patch.values import Hunk, Line
from agents.tools.files.text_file import Text
from agents.tools.function_tool import ToolTrouble

_NAMED = 5
_MOST_SIMILAR = 20_000  # lines that are compared for an error


class Placed(msgspec.Struct, frozen=True):
    """A hunk at the lines from `start`; its `lines` of the file are replaced by `new`."""

    start: int
    stop: int
    new: tuple[FileLine, ...]
    level: Level


class Patched(msgspec.Struct, frozen=True):
    """The new text with its own line ends; `notes` say which hunks were not matched exactly."""

    raw: str
    notes: tuple[str, ...] = ()


def patched(path: str, file: Text, hunks: Sequence[Hunk]) -> Patched:
    """The text with all hunks in it. Raises ToolTrouble, which names the hunk and what is there instead."""
    lines = Lines(split(file.raw))
    placed: list[Placed] = []
    notes: list[str] = []
    for number, hunk in enumerate(hunks, 1):
        name = f"Hunk {number} of '{path}'" if len(hunks) > 1 else f"The hunk of '{path}'"
        after = placed[-1].stop if placed else 0
        each = _Finding(lines, hunk, name, path, after, file.newline).placed()
        if any(each.start < other.stop and other.start < each.stop for other in placed):
            raise ToolTrouble(f"{name} changes lines that an earlier hunk changes; make one hunk of both.")
        placed.append(each)
        if each.level != "exact":
            spaces = "spaces at line ends" if each.level == "ends" else "indentation"
            notes.append(f"{name} matched at line {each.start + 1} without regard to {spaces}.")
    return Patched(_joined(lines.lines, placed, file), tuple(notes))


def _joined(lines: Sequence[FileLine], placed: Sequence[Placed], file: Text) -> str:
    made: list[FileLine] = []
    at = 0
    for each in sorted(placed, key=lambda each: (each.start, each.stop)):
        made += [*lines[at : each.start], *each.new]
        at = each.stop
    made += lines[at:]
    # Only the last line may lack its end.
    ended = [line if line.end else FileLine(line.text, file.newline) for line in made[:-1]]
    return "".join(line.text + line.end for line in [*ended, *made[-1:]])


class _Finding:
    """Finds the place of one hunk."""

    def __init__(self, lines: Lines, hunk: Hunk, name: str, path: str, after: int, newline: str) -> None:
        self._lines, self._hunk, self._name, self._path = lines, hunk, name, path
        self._after, self._newline = after, newline

    def placed(self) -> Placed:
        if not self._hunk.old:
            at = self._insertion()
            return Placed(at, at, self._new(self._hunk.lines, at, "exact"), "exact")
        for lines in self._variants():
            old = [line for line in lines if line.mark != "+"]
            for level in LEVELS:
                places = self._possible(self._lines.places(old, level), len(old))
                places = [at for at in places if level != "indentation" or self._can_shift(lines, old, at)]
                if places:
                    at = self._only(places, len(old))
                    return Placed(at, at + len(old), self._new(lines, at, level), level)
        raise ToolTrouble(f"{self._name} does not fit: {self._nearest()}")

    def _variants(self) -> list[tuple[Line, ...]]:
        """The lines of the hunk, and the same without blank ones at the ends, which models add."""
        lines = self._hunk.lines
        found = [lines]
        start, stop = 0, len(lines)
        while stop > start and lines[stop - 1] == Line(" ", ""):
            stop -= 1
        found.append(lines[:stop])
        while start < stop and lines[start] == Line(" ", ""):
            start += 1
        found.append(lines[start:stop])
        return [each for each in dict.fromkeys(found) if any(line.mark != "+" for line in each)]

    def _insertion(self) -> int:
        count = len(self._lines.lines)
        number = max(0, self._hunk.number)
        if not count or self._hunk.last:
            return count
        if self._hunk.number and number <= count:
            return number
        raise ToolTrouble(f"{self._name} only adds lines and does not say where: give the lines around them.")

    def _possible(self, places: list[int], length: int) -> list[int]:
        if not self._hunk.last:
            return places
        rest = [
            at for at in places if not any(line.text.strip() for line in self._lines.lines[at + length :])
        ]
        return rest or places

    def _can_shift(self, lines: Sequence[Line], old: Sequence[Line], at: int) -> bool:
        shift = self._lines.shift(old, at)
        return shift is not None and all(
            shifted(line.text, shift) is not None for line in lines if line.mark == "+"
        )

    def _only(self, places: list[int], length: int) -> int:
        """The one place that is meant. Raises ToolTrouble where several can be."""
        if self._hunk.number - 1 in places:
            return self._hunk.number - 1
        for narrowed in (places, self._below_anchors(places), self._following(places)):
            if len(narrowed) == 1:
                return narrowed[0]
            if narrowed:
                places = narrowed
        told = ", ".join(str(at + 1) for at in places[:_NAMED]) + (", ..." if len(places) > _NAMED else "")
        raise ToolTrouble(
            f"{self._name} fits at {len(places)} places (lines {told}). Give more lines around it, or '@@' with a "
            "line above it that is there once."
        )

    def _below_anchors(self, places: list[int]) -> list[int]:
        """Those in the block that the anchors begin, or else behind them."""
        start, block = 0, len(self._lines.lines)
        for anchor in self._hunk.anchors:
            there = [
                at for at in self._lines.index("indentation").get(anchor.strip(), ()) if start <= at < block
            ]
            if len(there) != 1:
                return places
            start = there[0] + 1
            block = min(block, self._end_of_block(there[0]))
        inside = [at for at in places if start <= at < block]
        return inside or [at for at in places if at >= start]

    def _end_of_block(self, at: int) -> int:
        """Where lines begin that are indented no deeper than the line there."""
        lines = self._lines.lines
        depth = len(indent_of(lines[at].text).expandtabs())
        for end in range(at + 1, len(lines)):
            text = lines[end].text
            if text.strip() and len(indent_of(text).expandtabs()) <= depth:
                return end
        return len(lines)

    def _following(self, places: list[int]) -> list[int]:
        """Hunks stand in the order of the file."""
        return [at for at in places if at >= self._after] if self._after else places

    def _new(self, lines: Sequence[Line], at: int, level: Level) -> tuple[FileLine, ...]:
        shift = ("", "")
        if level == "indentation":
            shift = self._lines.shift([line for line in lines if line.mark != "+"], at) or shift
        there = self._lines.lines
        had_end = not there or bool(there[-1].end)
        told = any(not line.ended for line in lines if line.mark != "+")
        made: list[FileLine] = []
        for line in lines:
            if line.mark == "+":
                # Without a word on it the file ends as it did.
                ends = line.ended and (had_end or told)
                made.append(FileLine(shifted(line.text, shift) or "", self._newline if ends else ""))
                continue
            if line.mark == " ":
                made.append(there[at])
            at += 1
        return tuple(made)

    def _nearest(self) -> str:
        """What is there instead."""
        old, file = self._hunk.old, self._lines.lines
        index = self._lines.index("indentation")
        votes = Counter(
            at - i
            for i, line in enumerate(old)
            if line.text.strip()
            for at in index.get(line.text.strip(), ())[:50]
        )
        if votes:
            start = min(votes, key=lambda start: (-votes[start], start))
            for i, line in enumerate(old):
                has = file[start + i].text if 0 <= start + i < len(file) else None
                if has is None or has.rstrip() != line.text.rstrip():
                    there = "the file ends" if has is None else f"the file has:\n{has}"
                    return f"where it has\n{line.text}\nat line {max(0, start + i) + 1} {there}"
        wanted = max((line.text.strip() for line in old), key=len)
        texts = list(index)[:_MOST_SIMILAR]
        close = difflib.get_close_matches(wanted, texts, n=1, cutoff=0.6)
        if close:
            at = index[close[0]][0]
            return f"'{self._path}' has no line\n{wanted}\nNearest is line {at + 1}:\n{file[at].text}"
        return f"its lines are not in '{self._path}'. Read the file again and copy them exactly."
