"""A tool call as text: what its card shows and what copying an answer takes along. Without Qt."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from engine.api import ToolCall

_FENCE = re.compile("`{3,}")


def arguments_text(call: ToolCall) -> str:
    """The arguments as indented JSON, "" for none; of a malformed call its raw text."""
    if isinstance(call.arguments, str):
        return call.arguments
    if not call.arguments:
        return ""
    try:
        return json.dumps(call.arguments, ensure_ascii=False, indent=2, default=str)
    except (RecursionError, ValueError):
        # Nested deeper than can be written out: the names at least.
        return "\n".join(call.arguments)


def one_line(name: str) -> str:
    """A name as it can stand in a line: models write what they like."""
    return " ".join(name.split())


def call_markdown(call: ToolCall) -> str:
    """A call as Markdown: its name, and what it passes as a block of code."""
    text = arguments_text(call)
    fence = "`" * max(3, 1 + max(map(len, _FENCE.findall(text)), default=0))
    language = "" if call.is_malformed else "json"
    head = f"**{one_line(call.name) or '?'}**"
    return f"{head}\n\n{fence}{language}\n{text}\n{fence}" if text else head


def whole_text(content: str, calls: Sequence[ToolCall]) -> str:
    """An answer with its calls, as it is copied."""
    if not calls:
        return content
    return "\n\n".join([*([content.rstrip()] if content.strip() else []), *map(call_markdown, calls)])


def folded(text: str, lines: int, characters: int) -> str:
    """The beginning of a text, cut at both limits; the text itself where it is within them."""
    head = "\n".join(text.split("\n", lines)[:lines])[:characters]
    return text if len(head) == len(text) else head.rstrip() + "…"
