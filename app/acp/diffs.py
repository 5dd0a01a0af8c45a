"""Changes of files as the protocol shows them: old and new text. Pure."""

from __future__ import annotations

from itertools import dropwhile
from pathlib import Path

from acp.helpers import tool_diff_content
from acp.schema import FileEditToolCallContent

from agents.tools.files.diff import of_files

_NONE = "/dev/null"
# Before the lines of a file.
_NO_LINES = ("rename from ", "rename to ", "old mode ", "new mode ")


def diff_contents(diff: str, root: Path) -> list[FileEditToolCallContent]:
    """One for each hunk of a unified diff, whose paths are relative to `root`; nothing for a rename."""
    return [each for file in of_files(diff) for each in _of_file(file, root)]


def _of_file(diff: str, root: Path) -> list[FileEditToolCallContent]:
    lines = list(dropwhile(lambda line: line.startswith(_NO_LINES), diff.split("\n")))
    if len(lines) < 3 or not lines[0].startswith("--- ") or not lines[1].startswith("+++ "):
        return []
    before, after = lines[0][4:], lines[1][4:]
    path = (before if after == _NONE else after).partition("/")[2]
    found = []
    for old, new in _hunks(lines[2:]):
        old_text = None if before == _NONE else old
        found.append(tool_diff_content(str(root / path), "" if after == _NONE else new, old_text))
    return found


def _hunks(lines: list[str]) -> list[tuple[str, str]]:
    """The old and the new text of each hunk."""
    found: list[tuple[list[str], list[str]]] = []
    last: list[list[str]] = []
    for line in lines:
        if line.startswith("@@"):
            found.append(([], []))
            last = []
        elif line.startswith("\\"):  # no line break at the end of the file
            for side in last:
                side[-1] = side[-1].removesuffix("\n")
        elif found and line:
            old, new = found[-1]
            last = [side for side, marks in ((old, " -"), (new, " +")) if line[0] in marks]
            for side in last:
                side.append(f"{line[1:]}\n")
    return [("".join(old), "".join(new)) for old, new in found]
