"""A tool call of a run as an editor shows it: title, kind, places and content. Pure.

Titles and contents are Markdown in some editors: what a model or a tool wrote is code in them, never markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from acp.helpers import text_block, tool_content
from acp.schema import ContentToolCallContent, ToolCallLocation, ToolCallStatus, ToolKind

from agents.events import FileChange, ResultStatus, ToolCalled
from agents.permissions.visible import visible
from app.language import Language
from app.messages import localized, messages
from app.services.runs.export import fenced

_KINDS: dict[str, ToolKind] = {
    "list_files": "search",
    "find_files": "search",
    "search_text": "search",
    "search_documents": "search",
    "search_collection": "search",
    "web_search": "search",
    "find_tools": "search",
    "read_file": "read",
    "read_document": "read",
    "read_notes": "read",
    "read_result": "read",
    "write_file": "edit",
    "edit_file": "edit",
    "apply_patch": "edit",
    "write_note": "edit",
    "move_file": "move",
    "delete_file": "delete",
    "shell": "execute",
    "python": "execute",
    "background": "execute",
    "fetch_page": "fetch",
    "calculator": "think",
}
_PATHS = ("path", "to")
_LONGEST = 200  # characters of an argument in a title
_MOST_PLACES = 100


def kind_of(call: ToolCalled) -> ToolKind:
    return "other" if call.server else _KINDS.get(call.name, "other")


def status_of(status: ResultStatus) -> ToolCallStatus:
    return "completed" if status == "ok" else "failed"


def title_of(call: ToolCalled, language: Language) -> str:
    """What it does, in a line."""
    if call.server:
        return localized("acp.tool.of_server", language, tool=code(call.name), server=visible(call.server))
    arguments = call.arguments if isinstance(call.arguments, dict) else {}
    given = {"path": "."} | {name: value for name, value in arguments.items() if isinstance(value, str)}
    try:
        words = {name: code(value) for name, value in given.items()}
        if f"acp.tool.{call.name}" in messages(language):
            return localized(f"acp.tool.{call.name}", language, **words)
        return code(call.name)
    except KeyError:  # a call without what it needs
        return code(call.name)


def code(text: str) -> str:
    """A text as a code span, in one line."""
    shown = " ".join(visible(text).split())
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - 1]}…"
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else "` `"


def places_of(call: ToolCalled, root: Path) -> list[ToolCallLocation]:
    """The files that its arguments name, within the workspace."""
    if call.server or not isinstance(call.arguments, dict):
        return []
    named = [call.arguments.get(name) for name in _PATHS]
    line = call.arguments.get("first_line")
    found = [_place(root, path, line) for path in named if isinstance(path, str) and path]
    return [place for place in found if place is not None]


def places_changed(changes: Iterable[FileChange], root: Path) -> list[ToolCallLocation]:
    """The files that it has changed, as long as they are few enough to follow."""
    places = [_place(root, change.path) for change in changes]
    return [place for place in places if place is not None][:_MOST_PLACES]


def _place(root: Path, path: str, line: Any = None) -> ToolCallLocation | None:
    whole = root / path
    if "\0" in path or ".." in whole.parts or not whole.is_relative_to(root):
        return None
    return ToolCallLocation(path=str(whole), line=line if isinstance(line, int) and line >= 0 else None)


def output(text: str, language: str = "") -> ContentToolCallContent:
    """What a tool or a model wrote, as it is."""
    return tool_content(text_block(fenced(visible(text), language)))


def words(text: str) -> ContentToolCallContent:
    """A sentence of ours."""
    return tool_content(text_block(text))


def written_code(call: ToolCalled) -> list[ContentToolCallContent]:
    """The whole command or program that a call runs, where the title has not all of it."""
    if call.server or not isinstance(call.arguments, dict):
        return []
    for name, language in (("command", "sh"), ("code", "python")):
        text = call.arguments.get(name)
        if kind_of(call) == "execute" and isinstance(text, str) and text.strip():
            is_whole = name == "command" and "\n" not in text.strip() and len(text) <= _LONGEST
            return [] if is_whole else [output(text, language)]
    return []
