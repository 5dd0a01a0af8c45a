"""The tool that finds files by their names."""

from __future__ import annotations

from agents.api import Outcome, ToolContext
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import ToolFacts
from agents.tools.files.glob import Glob
from agents.tools.files.list_files import SKIPPED
from agents.tools.function_tool import ToolTrouble, reads_everything, tool

MOST_FOUND = 1000


@tool(
    facts=ToolFacts(read_only=True, destructive=False, untrusted=True, own=True, timeout_s=60),
    effects=reads_everything,
)
def find_files(context: ToolContext, pattern: str) -> Outcome:
    """Find files and folders of the workspace by name.

    Args:
        pattern: A glob, like "*.py" (in any folder), "src/**/test_*.py" or "docs/*.{md,txt}".
    """
    wanted = pattern.strip()
    if wanted.startswith("/"):
        wanted = context.workspace.relative(wanted)
    if ".." in wanted.split("/"):
        raise PathRefused(pattern, "A pattern cannot go up with '..'; it is matched in the workspace.")
    try:
        glob = Glob(wanted)
    except ValueError as error:
        raise ToolTrouble(f"That pattern cannot be used: {error}.") from error
    skip = frozenset(name for name in SKIPPED if not glob.mentions(name))
    found: list[str] = []
    more = False
    for entry in context.workspace.walk(skip=skip):
        if context.cancelled():
            break
        if glob.matches(entry.path):
            if len(found) >= MOST_FOUND:
                more = True
                break
            found.append(f"{entry.path}/" if entry.kind == "folder" else entry.path)
    if not found:
        return Outcome(f"Nothing in the workspace is named like {pattern}.", summary="0", untrusted=True)
    text = "\n".join(found)
    if more:
        text += f"\n[more than {MOST_FOUND}: use a narrower pattern]"
    return Outcome(text, summary=f"{len(found)}{'+' if more else ''}", untrusted=True)
