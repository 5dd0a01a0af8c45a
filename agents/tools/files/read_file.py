"""The tool that reads a text file."""

from __future__ import annotations

from agents.api import Outcome, ToolContext
from agents.permissions.values import ToolFacts
from agents.tools.files.changing import whole_file
from agents.tools.files.text_file import read_text
from agents.tools.function_tool import ToolTrouble, tool

MOST_LETTERS = 400_000


@tool(
    facts=ToolFacts(
        read_only=True, destructive=False, paths=("path",), untrusted=True, own=True, timeout_s=30
    )
)
def read_file(
    context: ToolContext, path: str, first_line: int = 1, last_line: int = 0, line_numbers: bool = False
) -> Outcome:
    """Read a text file of the workspace.

    Args:
        path: The file, relative to the workspace.
        first_line: The first line to read, counted from 1.
        last_line: The last line to read; 0 reads to the end.
        line_numbers: Put its number before each line.
    """
    folder, name = context.workspace.locate(context.workspace.relative(path))
    with folder:
        found = folder.found(name)
        if found is None:
            raise ToolTrouble(f"There is no file '{path}'.{_near(folder.names(), name)}")
        content = whole_file(folder, name)
        real = folder.path_of(name)
    text = read_text(content)
    if text is None:
        raise ToolTrouble(
            f"'{real}' is no text ({len(content)} bytes that begin with {content[:8].hex(' ')}). "
            "read_document reads PDF and office files."
        )
    lines = text.text.split("\n")
    if lines[-1] == "":
        lines.pop()
    first = max(1, first_line)
    last = min(len(lines), last_line) if last_line > 0 else len(lines)
    if not lines:
        return Outcome("The file is empty.", summary="0", untrusted=True)
    if first > len(lines):
        raise ToolTrouble(f"'{real}' has {len(lines)} lines; there is no line {first}.")
    if last < first:
        raise ToolTrouble(f"last_line ({last_line}) is before first_line ({first_line}).")
    shown, last = _some(lines, first, last, numbered=line_numbers)
    if first > 1 or last < len(lines):
        shown += f"\n[lines {first} to {last} of {len(lines)}]"
    return Outcome(shown, summary=f"{first}–{last} / {len(lines)}", untrusted=True)


def _some(lines: list[str], first: int, last: int, *, numbered: bool) -> tuple[str, int]:
    """Lines `first` to `last` as far as they fit, and the number of the last that did."""
    width = len(str(last))
    taken: list[str] = []
    letters = 0
    for number in range(first, last + 1):
        line = f"{number:>{width}}  {lines[number - 1]}" if numbered else lines[number - 1]
        letters += len(line) + 1
        if letters > MOST_LETTERS and taken:
            return "\n".join(taken), number - 1
        taken.append(line[:MOST_LETTERS])
    return "\n".join(taken), last


def _near(names: list[str], name: str) -> str:
    """Similar names."""
    import difflib

    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    return f" There is: {', '.join(close)}." if close else ""
