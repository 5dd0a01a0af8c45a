"""Converts a server's result to the text that a model gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agents.api import Outcome
from engine.text import clean_text

if TYPE_CHECKING:
    from mcp_types import CallToolResult

MOST_CHARACTERS = 4_000_000


def outcome_of(result: CallToolResult) -> Outcome:
    """All text of a result; of other content its type and size. The text is the server's: untrusted."""
    parts = [_part(block) for block in result.content]
    if result.structured_content is not None:
        structured = json.dumps(result.structured_content, ensure_ascii=False, indent=1)
        # A structured answer should be repeated as text; then it is shown once.
        if not any(_same(part, result.structured_content) for part in parts):
            parts.append(structured)
    text = clean_text("\n\n".join(part for part in parts if part))
    if len(text) > MOST_CHARACTERS:
        left_out = len(text) - MOST_CHARACTERS
        text = f"{text[:MOST_CHARACTERS]}\n[... {left_out} characters left out]"
    if not text:
        text = "(The tool failed without saying why.)" if result.is_error else "(The tool returned nothing.)"
    return Outcome(text, "error" if result.is_error else "ok", untrusted=True)


def _same(part: str, structured: Any) -> bool:
    """Whether a text says the same: as JSON, or as the only value of it (the SDK calls that one "result")."""
    only = list(structured.values()) if isinstance(structured, dict) else []
    try:
        said = json.loads(part)
    except (ValueError, RecursionError):
        return only == [part]
    return bool(said == structured or only in ([said], [part]))


def _part(block: Any) -> str:
    kind = getattr(block, "type", "")
    if kind == "text":
        return str(block.text)
    if kind in ("image", "audio"):
        return f"[{kind}: {block.mime_type}, {_bytes_of(block.data)} bytes, not shown]"
    if kind == "resource_link":
        words = f": {block.description}" if block.description else ""
        return f"[resource {block.name} at {block.uri}{words}]"
    if kind == "resource":
        contents = block.resource
        text = getattr(contents, "text", None)
        if text is not None:
            return f"[resource {contents.uri}]\n{text}"
        size = _bytes_of(getattr(contents, "blob", ""))
        return f"[resource {contents.uri}: {contents.mime_type or 'binary'}, {size} bytes, not shown]"
    return f"[{kind or 'something'}, not shown]"


def _bytes_of(base64: str) -> int:
    return len(base64) * 3 // 4 - base64[-2:].count("=")
