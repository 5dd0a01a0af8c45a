"""A unified diff as people read one: no heads of a patch, a number before each line."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from agents.tools.files.diff import of_files

Change = Literal["", "new", "changed", "deleted"]
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NAMES = re.compile(r"^(---|\+\+\+|rename to) (.*)$", re.MULTILINE)
# Before the name of a file, where there are several.
_NAMED = "──"
# Lines that are left out between two places.
_GAP = "…"


class ShownDiff(msgspec.Struct, frozen=True):
    """`change` is what happens to the file, "" where the diff does not tell."""

    change: Change
    text: str


def shown_diff(diff: str) -> ShownDiff:
    """Lines keep their mark as the first character; what is taken away has its old number, all else its new one.

    Where there are several files, each has its name above it.
    """
    files = of_files(diff)
    if len(files) == 1:
        return _of_file(files[0])
    return ShownDiff(
        "", "\n".join(f"{_NAMED} {_name(file)}\n{_of_file(file).text}".rstrip("\n") for file in files)
    )


def _name(diff: str) -> str:
    """What a file is called; a move says that itself, below."""
    found: dict[str, str] = dict(reversed(_NAMES.findall(diff)))
    name = found.get("+++", "/dev/null")
    name = found.get("---", "") if name == "/dev/null" else name
    return name[2:] if name else found.get("rename to", "")


def _of_file(diff: str) -> ShownDiff:
    lines: list[tuple[str, int, str]] = []
    before = after = ""
    old = new = left_old = left_new = 0
    for line in diff.removesuffix("\n").split("\n"):
        hunk = _HUNK.match(line)
        inside = left_old > 0 or left_new > 0
        if inside and line[:1] in ("+", "-", " "):
            lines.append((line[:1], old if line[:1] == "-" else new, line[1:]))
            old, left_old = (old, left_old) if line[:1] == "+" else (old + 1, left_old - 1)
            new, left_new = (new, left_new) if line[:1] == "-" else (new + 1, left_new - 1)
        elif hunk is not None:
            if lines and lines[-1][1]:
                lines.append((_GAP, 0, ""))
            old, new = int(hunk[1]), int(hunk[3])
            left_old, left_new = int(hunk[2] or 1), int(hunk[4] or 1)
        elif line.startswith("--- ") and not before:
            before = line[4:]
        elif line.startswith("+++ ") and not after:
            after = line[4:]
        elif not line.startswith("\\ "):
            lines.append((line, 0, ""))
    width = len(str(max((number for _, number, _ in lines), default=0)))
    text = "\n".join(f"{mark} {number:>{width}}  {rest}" if number else mark for mark, number, rest in lines)
    return ShownDiff(_change(before, after), text)


def _change(before: str, after: str) -> Change:
    if not before or not after:
        return ""
    if before == "/dev/null":
        return "new"
    return "deleted" if after == "/dev/null" else "changed"
