"""The tool that changes one place in a file."""

from __future__ import annotations

import difflib
import re
from typing import Any

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.changing import place_to_change, text_of
from agents.tools.files.diff import counts, unified_diff
from agents.tools.files.text_file import Text
from agents.tools.function_tool import ToolTrouble, tool
from agents.workspace.folder import Folder
from engine.text import clean_text

_SHOWN = 5  # maximum places named when there are several


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    path = context.workspace.real(context.workspace.relative(arguments["path"]))
    folder, name = context.workspace.locate(path)
    with folder:
        try:
            _, diff = _edited(folder, name, str(arguments["old_text"]), str(arguments["new_text"]))
        except ToolTrouble:
            return Effects("files", writes=(path,))  # the call will fail and change nothing
    return Effects("files", writes=(path,), diff=diff)


# Its result quotes the file, also on failure.
@tool(facts=ToolFacts(paths=("path",), untrusted=True, own=True, timeout_s=30), effects=_effects)
def edit_file(context: ToolContext, path: str, old_text: str, new_text: str) -> Outcome:
    """Replace one piece of text in a file. Returns what changed.

    Args:
        path: The file, relative to the workspace.
        old_text: The exact text to replace, with its spaces and line breaks. It must be in the file exactly once;
            take more lines around it if it is not.
        new_text: The text that takes its place.
    """
    with place_to_change(context.workspace, path) as (folder, name):
        body, diff = _edited(folder, name, old_text, clean_text(new_text))
        folder.write(name, body)
    return Outcome(diff, summary=counts(diff), diff=diff)


def _edited(folder: Folder, name: str, old_text: str, new_text: str) -> tuple[bytes, str]:
    """A file's new bytes and its diff. Raises ToolTrouble unless `old_text` occurs once, OSError."""
    path = folder.path_of(name)
    if folder.found(name) is None:
        raise ToolTrouble(f"There is no file '{path}'. write_file makes a new one.")
    if not old_text:
        raise ToolTrouble("old_text is empty. write_file writes a whole file.")
    file = text_of(folder, name)
    old, new = _plain(old_text), _plain(new_text)
    if old == new:
        raise ToolTrouble("old_text and new_text are the same; nothing would change.")
    places = _places(file.text, old)
    if len(places) != 1:
        raise ToolTrouble(_several(file.text, places, path) if places else _nowhere(file.text, old, path))
    start, end = (_in_raw(file, at) for at in (places[0], places[0] + len(old)))
    raw = file.raw[:start] + new.replace("\n", file.newline) + file.raw[end:]
    try:
        body = file.encode(raw)
    except UnicodeEncodeError:
        raise ToolTrouble(
            f"'{path}' is written in {file.encoding}, which lacks letters of new_text."
        ) from None
    return body, unified_diff(path, file.raw, raw)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _places(text: str, old: str) -> list[int]:
    """Indexes of `old`, overlapping ones included."""
    found: list[int] = []
    at = text.find(old)
    while at != -1:
        found.append(at)
        at = text.find(old, at + 1)
    return found


def _in_raw(file: Text, at: int) -> int:
    """An index in the text with plain line ends, converted to the text as it is in the file."""
    if "\r\n" not in file.raw:
        return at
    raw = 0
    rest = at
    for line in re.split("(\r\n)", file.raw):
        length = 1 if line == "\r\n" else len(line)
        if rest < length or (rest == length and line != "\r\n"):
            return raw + rest
        rest -= length
        raw += len(line)
    return raw


def _several(text: str, places: list[int], path: str) -> str:
    lines = [str(text.count("\n", 0, at) + 1) for at in places[:_SHOWN]]
    more = ", ..." if len(places) > _SHOWN else ""
    return (
        f"old_text is in '{path}' {len(places)} times (lines {', '.join(lines)}{more}). "
        "Give more of the lines around the one you mean."
    )


def _nowhere(text: str, old: str, path: str) -> str:
    """The error for a text that is not found, with the most similar place."""
    lines, wanted = text.split("\n"), old.strip("\n").split("\n")
    squeezed = [" ".join(line.split()) for line in lines]
    target = [" ".join(line.split()) for line in wanted]
    for at in range(len(lines) - len(wanted) + 1):
        if squeezed[at : at + len(target)] == target:
            found = "\n".join(lines[at : at + len(wanted)])
            return (
                f"old_text is not in '{path}'. Line {at + 1} differs only in spaces; the file has:\n{found}"
            )
    close = difflib.get_close_matches(max(target, key=len), squeezed[:20_000], n=1, cutoff=0.6)
    if close:
        at = squeezed.index(close[0])
        found = "\n".join(lines[max(0, at - 1) : at + 2])
        return f"old_text is not in '{path}'. Nearest is line {at + 1}:\n{found}"
    return f"old_text is not in '{path}'. Read the file again and copy the text exactly."
