"""The tool that searches the text of files."""

from __future__ import annotations

from collections.abc import Iterator

from agents.api import Outcome, ToolContext
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import ToolFacts
from agents.tools.child import Child, ChildEnded
from agents.tools.files.glob import Glob
from agents.tools.files.list_files import SKIPPED
from agents.tools.files.text_file import read_text
from agents.tools.function_tool import ToolTrouble, tool
from agents.workspace.workspace import Workspace

MOST_FOUND = 200  # lines
SECONDS = 15.0
_MOST_FILE = 4 * 1024**2  # bytes; larger files are passed over and named
_AROUND = 120  # characters of a long line shown on each side of a match
_NAMED = 3
_SPECIAL = frozenset(".^$*+?{}[]\\|()")

Found = tuple[int, int, int]  # the line number from 1, start and end of the match in it


@tool(
    facts=ToolFacts(
        read_only=True, destructive=False, paths=("path",), untrusted=True, own=True, timeout_s=30
    )
)
def search_text(
    context: ToolContext, pattern: str, path: str = ".", files: str = "", ignore_case: bool = False
) -> Outcome:
    """Search the text of files in the workspace, line by line. Returns "path:line: text" for each line found.

    Args:
        pattern: A text, or a regular expression as Python has them.
        path: The folder or file to search, relative to the workspace.
        files: Only files named like this glob, such as "*.py".
        ignore_case: Take capital and small letters as the same.
    """
    if not pattern:
        raise ToolTrouble("The pattern is empty.")
    place = context.workspace.relative(path)
    if context.workspace.found(place) is None:
        raise ToolTrouble(f"There is no '{place}'.")
    searched = _Search(context, pattern, files, ignore_case)
    try:
        searched.all_in(place)
    except ChildEnded as ended:
        if ended.why == "cancelled":
            raise ToolTrouble("The search was stopped.") from ended
        searched.notes.append(
            f"the search was ended after {SECONDS:.0f} seconds: the expression takes too long; use a simpler one"
            if ended.why == "time"
            else "the expression took too much memory"
        )
        if not searched.lines:
            raise ToolTrouble(f"Nothing found: {searched.notes[-1]}.") from ended
    return searched.outcome()


class _Search:
    """One search: the matches so far, and notes for the model."""

    def __init__(self, context: ToolContext, pattern: str, files: str, ignore_case: bool) -> None:
        self._context = context
        self._pattern = pattern
        self._ignore_case = ignore_case
        self._plain = not _SPECIAL.intersection(pattern)
        self._large: list[str] = []
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.full = False
        try:
            self._glob = Glob(files) if files.strip() else None
        except ValueError as error:
            raise ToolTrouble(f"The glob in 'files' cannot be used: {error}.") from error

    def all_in(self, place: str) -> None:
        """Raises ChildEnded."""
        if self._plain:
            self._through(place, None)
            return
        with Child(
            "agents.tools.files.line_matching:match_lines", seconds=SECONDS, cancelled=self._context.cancelled
        ) as child:
            wrong = child.ask(self._request()).get("error")
            if wrong:
                self._plain = True
                self.notes.append(f"searched as plain text, because it is no regular expression: {wrong}")
            self._through(place, child)

    def _through(self, place: str, child: Child | None) -> None:
        for path in _files(self._context.workspace, place, self._glob):
            if self._context.cancelled():
                raise ChildEnded("cancelled")
            text = self._text(path)
            if text is None:
                continue
            found = self._in_text(text, child)
            lines = text.split("\n") if found else []
            self.lines += [f"{path}:{at}: {_around(lines[at - 1], start, end)}" for at, start, end in found]
            if self.full:
                return

    def _text(self, path: str) -> str | None:
        try:
            with self._context.workspace.read(path) as file:
                content = file.read(_MOST_FILE + 1)
        except (OSError, PathRefused):
            return None  # it was removed, or may not be read
        if len(content) > _MOST_FILE:
            self._large.append(path)
            return None
        text = read_text(content)
        return text.text if text is not None else None

    def _in_text(self, text: str, child: Child | None) -> list[Found]:
        if child is None or self._plain:
            found = list(_plain_matches(text, self._pattern, self._left, ignore_case=self._ignore_case))
        else:
            answer = child.ask(self._request(), text.encode(errors="replace"))
            found = [(at, start, end) for at, start, end in answer["lines"]]
        self.full = len(found) >= self._left
        return found

    @property
    def _left(self) -> int:
        return MOST_FOUND - len(self.lines)

    def _request(self) -> dict[str, object]:
        return {"pattern": self._pattern, "ignore_case": self._ignore_case, "most": self._left}

    def outcome(self) -> Outcome:
        notes = list(self.notes)
        if self.full:
            notes.append(f"only the first {MOST_FOUND} lines are shown")
        if self._large:
            more = f" and {len(self._large) - _NAMED} more" if len(self._large) > _NAMED else ""
            notes.append(f"too large to search: {', '.join(self._large[:_NAMED])}{more}")
        text = "\n".join(self.lines) or "Nothing found."
        return Outcome(
            "\n".join([text, *(f"[{note}]" for note in notes)]),
            summary=f"{len(self.lines)}{'+' if self.full else ''}",
            untrusted=True,
        )


def _files(workspace: Workspace, place: str, glob: Glob | None) -> Iterator[str]:
    found = workspace.found(place)
    if found is not None and found.kind == "file":
        yield found.path
        return
    for entry in workspace.walk(place, skip=SKIPPED):
        if entry.kind == "file" and (glob is None or glob.matches(entry.path)):
            yield entry.path


def _plain_matches(text: str, wanted: str, most: int, *, ignore_case: bool) -> Iterator[Found]:
    if ignore_case:
        text, wanted = text.casefold(), wanted.casefold()
    if wanted not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        at = line.find(wanted)
        if at >= 0:
            yield number, at, at + len(wanted)
            most -= 1
            if most <= 0:
                return


def _around(line: str, start: int, end: int) -> str:
    """A line, or the part of a long one around the match."""
    if len(line) <= 2 * _AROUND:
        return line
    first, last = max(0, start - _AROUND), min(len(line), max(end, start + 1) + _AROUND)
    last = min(last, first + 4 * _AROUND)
    return f"{'…' if first else ''}{line[first:last]}{'…' if last < len(line) else ''}"
