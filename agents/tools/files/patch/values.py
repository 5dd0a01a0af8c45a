"""What a patch asks for."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

# "@@ -12,3 +12,4 @@ def name", with the counts left out where they are 1.
_NUMBERED = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Line(msgspec.Struct, frozen=True):
    """A line of a hunk. `ended` False: the patch says that no newline follows it in the file."""

    mark: Literal[" ", "-", "+"]
    text: str
    ended: bool = True


class Hunk(msgspec.Struct, frozen=True):
    """Lines to be found together, some removed and some added.

    `anchors` are lines that stand somewhere before, the outermost first. `number` is the line from 1 at which the
    patch says it begins in the file, 0 where it says none; of a hunk that only adds, the line before it, and -1 at
    the start of the file. `last`: it ends the file.
    """

    lines: tuple[Line, ...]
    anchors: tuple[str, ...] = ()
    number: int = 0
    last: bool = False

    @property
    def old(self) -> tuple[Line, ...]:
        """The lines that the file has."""
        return tuple(line for line in self.lines if line.mark != "+")


class FilePatch(msgspec.Struct, frozen=True):
    """What becomes of one file. `to` is its new path when it moves. `executable` None: as it is."""

    action: Literal["update", "add", "delete"]
    path: str
    hunks: tuple[Hunk, ...] = ()
    to: str = ""
    executable: bool | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path, self.to) if self.to else (self.path,)


class Head(msgspec.Struct, frozen=True):
    """The line that begins a hunk: with line numbers and counts, or with a line to look for, or with neither."""

    numbered: bool = False
    start: int = 0
    old: int = 0
    new: int = 0
    anchor: str = ""


def head_of(line: str) -> Head | None:
    """None for a line that begins no hunk."""
    if not line.startswith("@@"):
        return None
    if found := _NUMBERED.match(line):
        start, old, _, new = found.groups()
        return Head(True, int(start), 1 if old is None else int(old), 1 if new is None else int(new))
    anchor = line[2:].strip().removesuffix("@@").strip()
    return Head(anchor="" if anchor.strip(".… ") == "" else anchor)


def hunk_of(head: Head, lines: list[Line], anchors: tuple[str, ...] = (), *, last: bool = False) -> Hunk:
    """A hunk; its line number counts only when the counts of its head are those of its lines."""
    old = sum(line.mark != "+" for line in lines)
    new = sum(line.mark != "-" for line in lines)
    number = 0
    if head.numbered and (head.old, head.new) == (old, new):
        number = head.start or (-1 if not old else 0)
    return Hunk(tuple(lines), anchors, number, last)
