"""The tool that shows more of a long result."""

from __future__ import annotations

from typing import Any

from agents.api import Outcome, ToolContext
from agents.context.results import READ_RESULT
from agents.permissions.values import Effects, ToolFacts
from engine.errors import UserError

# Characters that one call returns; `result_text` shortens them to what the context holds.
_PAGE = 200_000
_MOST_MATCHES = 40
_AROUND = 120


class ReadResult:
    """`read_result(handle, offset, search)`: returns a page of a kept text, or the places in it where words
    occur.
    """

    name = READ_RESULT
    description = (
        "Show more of a result that was shortened. With search: the lines that contain this text, and where."
    )
    parameters: dict[str, Any] = {  # noqa: RUF012
        "type": "object",
        "properties": {
            "handle": {"type": "string", "description": "The handle told in the shortened result."},
            "offset": {"type": "integer", "description": "The character to begin at.", "minimum": 0},
            "search": {"type": "string", "description": "Text to look for; case does not matter."},
        },
        "required": ["handle"],
        "additionalProperties": False,
    }
    facts = ToolFacts(read_only=True, destructive=False, untrusted=True, own=True, timeout_s=20.0)
    server = ""

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        return Effects("read")

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        handle = str(arguments.get("handle", "")).strip()
        try:
            text = context.kept(handle)
        except UserError as error:
            if error.code != "run.no_text":
                raise
            return Outcome(f"There is no kept result {handle!r}. Handles look like r1.", "error")
        wanted = str(arguments.get("search") or "")
        if wanted:
            return _found(text, wanted, handle)
        offset = int(arguments.get("offset") or 0)
        if offset >= len(text) and text:
            return Outcome(f"The result ends before that: it has {len(text)} characters.", "error")
        page = text[offset : offset + _PAGE]
        return Outcome(page, summary=f"{handle} {offset}-{offset + len(page)}", untrusted=True)


def _found(text: str, wanted: str, handle: str) -> Outcome:
    lines: list[str] = []
    position, low, sought = 0, text.lower(), wanted.lower()
    # Lower-casing a few letters (Turkish İ) changes a text's length; then the search is case-sensitive.
    if len(low) != len(text):
        low, sought = text, wanted
    count = 0
    while (at := low.find(sought, position)) >= 0:
        count += 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if len(lines) < _MOST_MATCHES:
            start = max(text.rfind("\n", 0, at) + 1, at - _AROUND)
            lines.append(f"{at}: {text[start : min(end, at + len(wanted) + _AROUND)]}")
        position = max(end, at + len(sought))
    if not count:
        return Outcome(f"{wanted!r} does not occur in {handle}.")
    told = f"{count} lines of {handle} contain it (offset: line)"
    if count > len(lines):
        told += f", the first {len(lines)} are"
    return Outcome("\n".join([f"{told}:", *lines]), summary=f"{count} lines", untrusted=True)
