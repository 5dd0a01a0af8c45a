"""The tool that moves or renames."""

from __future__ import annotations

import stat
from typing import Any

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.changing import new_folders, place_to_change, with_contents
from agents.tools.files.diff import renamed
from agents.tools.function_tool import ToolTrouble, tool


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    workspace = context.workspace
    path = workspace.real(workspace.relative(arguments["path"]), follow=False)
    to = workspace.real(workspace.relative(arguments["to"]), follow=False)
    found = workspace.found(to, follow=False)
    if found is not None and found.kind == "folder":
        to = f"{to}/{path.rpartition('/')[2]}"
    gone = with_contents(workspace, path)
    made = tuple(to + each.removeprefix(path) for each in gone)
    return Effects("files", writes=(*new_folders(workspace, to), *made), deletes=gone, diff=renamed(path, to))


@tool(facts=ToolFacts(paths=("path", "to"), timeout_s=30), effects=_effects)
def move_file(context: ToolContext, path: str, to: str) -> Outcome:
    """Move or rename a file or a folder. Nothing that exists is replaced.

    Args:
        path: What to move, relative to the workspace.
        to: Its new path, or an existing folder to move it into.
    """
    workspace = context.workspace
    with place_to_change(workspace, path, follow=False) as (folder, name):
        source = folder.path_of(name)
        if folder.found(name) is None:
            raise ToolTrouble(f"There is no '{source}'.")
        target = workspace.relative(to)
        found = workspace.found(target, follow=False)
        if found is not None and found.kind == "folder":
            target = name if target == "." else f"{target}/{name}"
        if f"{target}/".startswith(f"{source}/"):
            raise ToolTrouble(f"'{source}' cannot be moved into itself.")
        with place_to_change(workspace, target, make=True, follow=False) as (into, new_name):
            there = into.found(new_name)
            if there is not None:
                kind = "a folder" if stat.S_ISDIR(there.st_mode) else "a file"
                raise ToolTrouble(f"There is already {kind} at '{into.path_of(new_name)}'.")
            folder.move(name, into, new_name)
            reached = into.path_of(new_name)
    return Outcome(f"Moved '{source}' to '{reached}'.", summary=f"→ {reached}", diff=renamed(source, reached))
