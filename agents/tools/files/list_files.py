"""The tool that lists a folder."""

from __future__ import annotations

from agents.api import Outcome, ToolContext
from agents.permissions.values import ToolFacts
from agents.tools.function_tool import ToolTrouble, tool
from agents.workspace.workspace import Entry

MOST_ENTRIES = 2000
# Folders of generated files; they are listed, not entered.
SKIPPED = frozenset(
    {".git", "node_modules", "__pycache__", ".venv", "venv", ".mypy_cache", ".ruff_cache", ".tox"}
)


@tool(
    facts=ToolFacts(
        read_only=True, destructive=False, paths=("path",), untrusted=True, own=True, timeout_s=30
    ),
)
def list_files(context: ToolContext, path: str = ".", recursive: bool = False) -> Outcome:
    """List the files and folders in a folder of the workspace, with sizes in bytes. Folders end with "/".

    Args:
        path: The folder, relative to the workspace.
        recursive: Also list what is in its folders.
    """
    workspace = context.workspace
    folder = workspace.relative(path)
    found = workspace.found(folder)
    if found is None:
        raise ToolTrouble(f"There is no '{folder}'.")
    if found.kind != "folder":
        return Outcome(_line(found, ""), summary="1", untrusted=True)
    base = "" if found.path == "." else f"{found.path}/"
    lines: list[str] = []
    more = False
    for entry in workspace.walk(found.path, skip=SKIPPED) if recursive else workspace.entries(found.path):
        if len(lines) >= MOST_ENTRIES or context.cancelled():
            more = True
            break
        lines.append(_line(entry, base))
    if not lines:
        return Outcome("The folder is empty.", summary="0", untrusted=True)
    text = "\n".join(lines)
    if more:
        text += f"\n[more than {MOST_ENTRIES} entries: list a folder in it, or use find_files]"
    return Outcome(text, summary=f"{len(lines)}{'+' if more else ''}", untrusted=True)


def _line(entry: Entry, base: str) -> str:
    name = entry.path.removeprefix(base)
    if entry.kind == "folder":
        skipped = entry.path.rpartition("/")[2] in SKIPPED
        return f"{name}/  (not listed)" if skipped and base != f"{entry.path}/" else f"{name}/"
    if entry.kind == "file":
        return f"{name}  {entry.bytes}"
    return f"{name}  ({'link' if entry.kind == 'link' else 'no regular file'})"
