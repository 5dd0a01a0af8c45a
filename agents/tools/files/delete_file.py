"""The tool that deletes, into the run's trash."""

from __future__ import annotations

from typing import Any

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.changing import place_to_change, text_of, with_contents
from agents.tools.files.diff import counts, unified_diff
from agents.tools.files.trash import to_trash
from agents.tools.function_tool import ToolTrouble, tool


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    path = context.workspace.real(context.workspace.relative(arguments["path"]), follow=False)
    found = context.workspace.found(path, follow=False)
    diff = ""
    if found is not None and found.kind == "file":
        folder, name = context.workspace.locate(path, follow=False)
        with folder:
            try:
                diff = unified_diff(path, text_of(folder, name).raw, None)
            except ToolTrouble:
                diff = ""  # binary: the name is all that can be shown
    return Effects("files", deletes=with_contents(context.workspace, path), diff=diff)


@tool(facts=ToolFacts(paths=("path",), timeout_s=60), effects=_effects)
def delete_file(context: ToolContext, path: str) -> Outcome:
    """Delete a file, or a folder with all that is in it. The user can bring it back.

    Args:
        path: What to delete, relative to the workspace.
    """
    diff = _effects({"path": path}, context).diff
    with place_to_change(context.workspace, path, follow=False) as (folder, name):
        if folder.found(name) is None:
            raise ToolTrouble(f"There is no '{folder.path_of(name)}'.")
        real = folder.path_of(name)
        to_trash(folder, name, context.trash)
    return Outcome(f"Deleted '{real}'.", summary=counts(diff) if diff else "", diff=diff)
