"""Reads unified diffs, plain or as Git writes them.

Formats: POSIX diff -u; git-scm.com/docs/diff-format, "Generating patch text with -p".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from agents.tools.files.patch.values import FilePatch, Head, Hunk, Line, head_of, hunk_of
from agents.tools.function_tool import ToolTrouble

_NOWHERE = "/dev/null"
_MARKS: dict[str, Literal[" ", "-", "+"]] = {" ": " ", "-": "-", "+": "+"}
_ESCAPED = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SIGNATURE = "-- "  # stands between a patch and the version of the program that mailed it


def read_unified(lines: Sequence[str]) -> list[FilePatch]:
    """The files of a diff; what stands around them is passed over. Raises ToolTrouble."""
    found: list[FilePatch] = []
    at = 0
    while at < len(lines):
        if lines[at].startswith("diff --git ") or _is_head(lines, at):
            reader = _Reader(lines, at)
            found.append(reader.file())
            at = reader.at
        else:
            at += 1
    return found


def _is_head(lines: Sequence[str], at: int) -> bool:
    return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")


class _Reader:
    """Reads one file of a diff."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self._lines, self.at = lines, at
        self._old = self._new = ""
        self._action: Literal["update", "add", "delete"] = "update"
        self._moves = False
        self._executable: bool | None = None

    def file(self) -> FilePatch:
        if self._lines[self.at].startswith("diff --git "):
            self._old, self._new = _git_names(self._lines[self.at].removeprefix("diff --git "))
            self.at += 1
            while self.at < len(self._lines) and self._extended(self._lines[self.at]):
                self.at += 1
        if self.at < len(self._lines) and _is_head(self._lines, self.at):
            self._names(self._lines[self.at][4:], self._lines[self.at + 1][4:])
            self.at += 2
        hunks = tuple(self._hunks())
        if not self._old:
            raise ToolTrouble("A file of the diff has no name: give '--- a/PATH' and '+++ b/PATH'.")
        if self._action == "update" and not (hunks or self._moves or self._executable is not None):
            raise ToolTrouble(f"The diff changes nothing in '{self._new}': it has no hunk with '@@'.")
        if self._action != "update":
            return FilePatch(
                self._action, self._new if self._action == "add" else self._old, hunks, "", self._executable
            )
        if self._moves:
            return FilePatch("update", self._old, hunks, self._new, self._executable)
        return FilePatch("update", self._new, hunks, "", self._executable)

    def _extended(self, line: str) -> bool:
        """Take a line of Git's between the names and the hunks; False where these begin."""
        if line.startswith(("diff --git ", "--- ", "@@")):
            return False
        if line.startswith(("Binary files ", "GIT binary patch")):
            raise ToolTrouble(f"'{self._new}' is binary in the diff; only text can be patched.")
        if line.startswith(("copy from ", "copy to ")):
            raise ToolTrouble("The diff copies a file; add the new file with its lines instead.")
        if line.startswith("rename from "):
            self._moves, self._old = True, _unquoted(line.removeprefix("rename from "))
        elif line.startswith("rename to "):
            self._new = _unquoted(line.removeprefix("rename to "))
        elif line.startswith("new file mode "):
            self._action = "add"
            self._mode(line)
        elif line.startswith("deleted file mode "):
            self._action = "delete"
        elif line.startswith("new mode "):
            self._mode(line)
        return True

    def _mode(self, line: str) -> None:
        mode = line.rpartition(" ")[2]
        if mode not in ("100644", "100755"):
            raise ToolTrouble(
                f"'{self._new}' is no plain file in the diff (mode {mode}); only those are patched."
            )
        if mode == "100755" or not line.startswith("new file"):
            self._executable = mode == "100755"

    def _names(self, old: str, new: str) -> None:
        old, new = (_unquoted(name.partition("\t")[0].rstrip()) for name in (old, new))
        if old == _NOWHERE:
            self._action = "add"
        elif new == _NOWHERE:
            self._action = "delete"
        if self._moves:
            return
        old, new = _without_sides(old, new)
        self._old, self._new = (
            (new, new) if self._action == "add" else (old, old) if new == _NOWHERE else (old, new)
        )

    def _hunks(self) -> list[Hunk]:
        found: list[Hunk] = []
        while self.at < len(self._lines):
            head = head_of(self._lines[self.at])
            if head is None:
                if self._lines[self.at].strip():
                    break
                self.at += 1
                continue
            self.at += 1
            lines = self._body(head)
            if any(line.mark != " " for line in lines):
                found.append(hunk_of(head, lines, (head.anchor,) if head.anchor else ()))
        return found

    def _body(self, head: Head) -> list[Line]:
        """The lines of a hunk. Its counts tell where it ends, but models count badly: more lines that can only
        belong to it are taken too."""
        found: list[Line] = []
        old, new = head.old, head.new
        while self.at < len(self._lines):
            line = self._lines[self.at]
            whole = old <= 0 and new <= 0
            if line.startswith("\\"):
                if found:
                    found[-1] = Line(found[-1].mark, found[-1].text, ended=False)
            elif self._ends_hunk(line, whole=whole, last_two=(old, new) == (1, 1)):
                break
            else:
                mark = _MARKS[line[0]] if line else " "
                old, new = old - (mark != "+"), new - (mark != "-")
                found.append(Line(mark, line[1:]))
            self.at += 1
        # A blank line behind the counted ones only divides the text.
        while found and old < 0 and new < 0 and found[-1] == Line(" ", ""):
            old, new = old + 1, new + 1
            found.pop()
        return found

    def _ends_hunk(self, line: str, *, whole: bool, last_two: bool) -> bool:
        if line.startswith(("@@", "diff --git ")):
            return True
        if (
            _is_head(self._lines, self.at) and not last_two
        ):  # or a removed line "-- x" and an added one "++ y"
            follows = self._lines[self.at + 2] if self.at + 2 < len(self._lines) else ""
            return whole or follows.startswith("@@")
        return bool(line) and (line[0] not in _MARKS or (whole and line == _SIGNATURE))


def _without_sides(old: str, new: str) -> tuple[str, str]:
    """Names without "a/" and "b/", where both have them."""
    sides = [(old, "a/"), (new, "b/")]
    if all(name == _NOWHERE or name.startswith(side) for name, side in sides):
        return tuple(name if name == _NOWHERE else name[2:] for name, _ in sides)  # type: ignore[return-value]
    return old, new


def _git_names(text: str) -> tuple[str, str]:
    """The names of "diff --git", which count where nothing else names the file; "" where they cannot be told."""
    quoted = re.fullmatch(r'("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)', text)
    if quoted:
        return _without_sides(_unquoted(quoted[1]), _unquoted(quoted[2]))
    half = (len(text) - 1) // 2  # with spaces in it: the same name twice
    old, new = _without_sides(text[:half], text[half + 1 :])
    return (old, new) if old == new else ("", "")


def _unquoted(name: str) -> str:
    """A name as Git quotes it: in quotation marks, with octal bytes."""
    if not (len(name) >= 2 and name[0] == name[-1] == '"'):
        return name

    def letter(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8) & 255]) if len(code) == 3 else _LETTERS.get(code, code)

    return _ESCAPED.sub(letter, name[1:-1].encode()).decode(errors="replace")
