"""Reads the patch form between "*** Begin Patch" and "*** End Patch".

Format: github.com/openai/codex, codex-rs/apply-patch/apply_patch_tool_instructions.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agents.tools.files.patch.values import FilePatch, Head, Hunk, Line, head_of, hunk_of
from agents.tools.function_tool import ToolTrouble

BEGIN, END = "*** Begin Patch", "*** End Patch"
_UPDATE, _ADD, _DELETE = "*** Update File:", "*** Add File:", "*** Delete File:"
_MOVE, _LAST = "*** Move to:", "*** End of File"
_MARKS: dict[str, Literal[" ", "-", "+"]] = {" ": " ", "-": "-", "+": "+"}


def read_envelope(lines: Sequence[str]) -> list[FilePatch]:
    """The files of all envelopes in the text; what stands around them is passed over. Raises ToolTrouble."""
    found: list[FilePatch] = []
    at = 0
    while at < len(lines):
        at += 1
        if lines[at - 1].strip() == BEGIN:
            reader = _Reader(lines, at)
            found += reader.files()
            at = reader.at
    return found


class _Reader:
    def __init__(self, lines: Sequence[str], at: int) -> None:
        self._lines, self.at = lines, at

    def files(self) -> list[FilePatch]:
        found: list[FilePatch] = []
        while (line := self._here()).strip() != END:
            self.at += 1
            if line.startswith(_UPDATE):
                found.append(self._update(_path(line, _UPDATE)))
            elif line.startswith(_ADD):
                found.append(FilePatch("add", _path(line, _ADD), self._added()))
            elif line.startswith(_DELETE):
                found.append(FilePatch("delete", _path(line, _DELETE)))
            elif line.strip():
                raise ToolTrouble(
                    f"Line {self.at} of the patch, {line[:80]!r}, is none of '{_UPDATE}', '{_ADD}' and '{_DELETE}'."
                )
        self.at += 1
        return found

    def _here(self) -> str:
        if self.at >= len(self._lines):
            raise ToolTrouble(f"The patch has no '{END}', so it may be cut off. Send all of it.")
        return self._lines[self.at]

    def _is_part(self) -> bool:
        """Whether the line belongs to the file at hand."""
        line = self._here()
        return not line.startswith("*** ") and line.strip() != END

    def _added(self) -> tuple[Hunk, ...]:
        texts: list[str] = []
        blanks = 0  # lines without a "+" count as empty ones, but for the last, which only divide the text
        while self._is_part():
            line = self._here()
            if line and not line.startswith("+"):
                raise ToolTrouble(
                    f"Line {self.at + 1} of the patch, {line[:80]!r}: lines of a new file begin with '+'."
                )
            if line:
                texts += [*[""] * blanks, line[1:]]
            blanks = 0 if line else blanks + 1
            self.at += 1
        return (Hunk(tuple(Line("+", text) for text in texts)),) if texts else ()

    def _update(self, path: str) -> FilePatch:
        to = ""
        if self._here().startswith(_MOVE):
            to = _path(self._here(), _MOVE)
            self.at += 1
        hunks: list[Hunk] = []
        while self._is_part():
            if hunk := self._hunk():
                hunks.append(hunk)
        if not hunks and not to:
            raise ToolTrouble(f"The patch changes nothing in '{path}'.")
        return FilePatch("update", path, tuple(hunks), to)

    def _hunk(self) -> Hunk | None:
        head, anchors = Head(), list[str]()
        while (found := head_of(self._here())) is not None:
            head = found
            anchors += [found.anchor] if found.anchor else []
            self.at += 1
        lines: list[Line] = []
        while self._is_part() and not self._here().startswith("@@"):
            lines.append(self._line())
            self.at += 1
        last = self._here().startswith(_LAST)
        self.at += last
        if not any(line.mark != " " for line in lines):
            return None  # nothing but blank lines, or context without a change
        return hunk_of(head, lines, tuple(anchors), last=last)

    def _line(self) -> Line:
        line = self._here()
        if not line:
            return Line(" ", "")
        mark = _MARKS.get(line[0])
        if mark is None:
            raise ToolTrouble(
                f"Line {self.at + 1} of the patch, {line[:80]!r}, begins with none of ' ', '-', '+' and '@@'."
            )
        return Line(mark, line[1:])


def _path(line: str, head: str) -> str:
    return line.removeprefix(head).strip()
