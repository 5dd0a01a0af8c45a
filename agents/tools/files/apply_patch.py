"""The tool that changes several places and files at once."""

from __future__ import annotations

import contextlib
from typing import Any

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.changing import new_folders
from agents.tools.files.diff import counts
from agents.tools.files.patch.planning import planned
from agents.tools.files.patch.reading import read_patch
from agents.tools.files.patch.values import FilePatch
from agents.tools.files.patch.writing import write
from agents.tools.function_tool import ToolTrouble, tool
from agents.workspace.workspace import Workspace
from engine.text import clean_text


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    workspace = context.workspace
    try:
        patch = read_patch(clean_text(str(arguments["patch"])))
    except ToolTrouble:
        return Effects("files")  # the call will fail and change nothing
    try:
        plan = planned(patch, workspace)
    except (ToolTrouble, OSError):  # it will fail too, should the files stay as they are
        return Effects("files", writes=_named(patch, workspace))
    writes = [change.path for change in plan.changes if change.after is not None]
    made = [folder for path in writes for folder in new_folders(workspace, path)]
    deletes = tuple(change.path for change in plan.changes if change.after is None)
    return Effects("files", writes=tuple(dict.fromkeys([*made, *writes])), deletes=deletes, diff=plan.diff())


def _named(patch: tuple[FilePatch, ...], workspace: Workspace) -> tuple[str, ...]:
    """All paths that the patch names. Raises PathRefused."""
    found: dict[str, None] = {}
    for path in (path for each in patch for path in each.paths):
        real = workspace.relative(path)
        with contextlib.suppress(OSError):
            real = workspace.real(real)
        found[real] = None
    return tuple(found)


# Its result quotes the files, also on failure.
@tool(facts=ToolFacts(untrusted=True, own=True, timeout_s=60), effects=_effects)
def apply_patch(context: ToolContext, patch: str) -> Outcome:
    """Change several places or files at once: all of the patch, or nothing if a part does not fit. Returns the diff.

    Args:
        patch: "*** Begin Patch", then for each file "*** Update File: PATH" ("*** Move to: PATH" renames it), "@@"
            and lines that begin with " " (kept), "-" or "+"; or "*** Add File: PATH" and lines with "+"; or
            "*** Delete File: PATH"; then "*** End Patch". A unified diff is taken too.
    """
    plan = planned(read_patch(clean_text(patch)), context.workspace)
    if not plan.changes:
        raise ToolTrouble("The patch leaves every file as it is.")
    diff = plan.diff()
    write(plan, context.workspace, context.trash)
    text = "\n".join([diff, *(f"[{note}]" for note in plan.notes)])
    return Outcome(text, summary=counts(diff), diff=diff)
