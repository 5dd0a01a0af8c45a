"""The tool that writes a whole file."""

from __future__ import annotations

import stat
from typing import Any

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.changing import new_folders, place_to_change, whole_file
from agents.tools.files.diff import counts, unified_diff
from agents.tools.files.text_file import Text, read_text
from agents.tools.function_tool import ToolTrouble, tool
from agents.workspace.folder import Folder
from engine.text import clean_text


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    workspace = context.workspace
    path = workspace.real(workspace.relative(arguments["path"]))
    content = str(arguments["content"])
    diff = unified_diff(path, None, content)
    if workspace.found(path) is not None:
        folder, name = workspace.locate(path)
        with folder:
            try:
                diff = _changed(folder, name, content)[2]
            except ToolTrouble:
                return Effects("files", writes=(path,))  # the call will fail and change nothing
    return Effects("files", writes=(*new_folders(workspace, path), path), diff=diff)


@tool(facts=ToolFacts(paths=("path",), timeout_s=30), effects=_effects)
def write_file(context: ToolContext, path: str, content: str) -> Outcome:
    """Write a text file, new or in place of the old one. Missing folders are made.

    Use edit_file to change a part of a file.

    Args:
        path: The file, relative to the workspace.
        content: The whole new text of the file.
    """
    content = clean_text(content)
    with place_to_change(context.workspace, path, make=True) as (folder, name):
        was_there, body, diff = _changed(folder, name, content)
        folder.write(name, body)
        real = folder.path_of(name)
    if was_there and not diff:
        return Outcome(f"'{real}' already had this text.", summary="+0 −0")
    words = "Changed" if was_there else "Made"
    return Outcome(f"{words} '{real}' ({len(body)} bytes).", summary=counts(diff), diff=diff)


def _changed(folder: Folder, name: str, content: str) -> tuple[bool, bytes, str]:
    """Whether the file exists, its new bytes in its old encoding and line ends, and the diff."""
    path = folder.path_of(name)
    found = folder.found(name)
    if found is None:
        return False, content.encode(), unified_diff(path, None, content)
    try:
        old = read_text(whole_file(folder, name))
    except IsADirectoryError:
        kind = "a folder, not a file" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise ToolTrouble(f"'{path}' is {kind}.") from None
    except ToolTrouble:
        old = None  # too large to compare
    if old is None:
        return True, content.encode(), unified_diff(path, "[content that is no text]\n", content)
    new = _in_the_old_way(old, content)
    return True, _encoded(old, new), unified_diff(path, old.raw, new)


def _in_the_old_way(old: Text, content: str) -> str:
    """The content with the line ends of the existing file, when it comes with plain ones."""
    if old.newline == "\n" or old.mixed or "\r" in content:
        return content
    return content.replace("\n", old.newline)


def _encoded(old: Text, new: str) -> bytes:
    try:
        return old.encode(new)
    except UnicodeEncodeError:
        return new.encode()  # characters that the old encoding lacks
