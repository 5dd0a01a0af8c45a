"""A tool call as text: what its card shows and what copying an answer takes along. Without Qt."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from engine.values import ToolCall

_FENCE = re.compile("`{3,}")
# What fits into so many characters stands on one line.
LINE = 72
# Longer arguments are written out item by item: looking what fits takes time with each level.
_MOST_FITTED = 20_000


def arguments_text(call: ToolCall) -> str:
    """The arguments as indented JSON, "" for none; of a malformed call its raw text."""
    if isinstance(call.arguments, str):
        return call.arguments
    if not call.arguments:
        return ""
    try:
        flat = json.dumps(call.arguments, ensure_ascii=False, default=str)
        if len(flat) > _MOST_FITTED:
            return json.dumps(call.arguments, ensure_ascii=False, indent=2, default=str)
        return _fitted(call.arguments, "")
    except (RecursionError, ValueError):
        # Nested deeper than can be written out: the names at least.
        return "\n".join(call.arguments)


def _fitted(value: Any, margin: str) -> str:
    """JSON in which each list and object stands on one line where it fits, else on one for each item."""
    flat = json.dumps(value, ensure_ascii=False, default=str)
    if not isinstance(value, dict | list) or len(margin) + len(flat) <= LINE:
        return flat
    deeper = margin + "  "
    if isinstance(value, list):
        items = [_fitted(item, deeper) for item in value]
        first, last = "[]"
    else:
        names = (json.dumps(str(name), ensure_ascii=False) for name in value)
        items = [f"{name}: {_fitted(item, deeper)}" for name, item in zip(names, value.values(), strict=True)]
        first, last = "{}"
    return f"{first}\n{deeper}" + f",\n{deeper}".join(items) + f"\n{margin}{last}"


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


def arguments_so_far(text: str) -> dict[str, Any]:
    """The arguments in JSON that is still being written; none where it cannot be read."""
    for ending in ('"}', "}", ""):
        try:
            value = json.loads(text + ending)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, dict) else {}
    return {}


def passed_text(arguments: dict[str, Any]) -> str:
    """What is passed to a tool as a person reads it: a long text as its lines, behind what else there is."""
    parts = [
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for value in arguments.values()
    ]
    return "\n".join(parts)


def end_of(text: str, lines: int, characters: int) -> str:
    """The end of a text, cut at both limits."""
    return "\n".join(text[-characters:].rsplit("\n", lines)[-lines:])


def beginning(text: str, lines: int, characters: int) -> str:
    """The beginning of a text, cut at both limits. A third more than that is not cut: it would save nothing."""
    if text.count("\n") < lines * 4 // 3 and len(text) <= characters * 4 // 3:
        return text
    return "\n".join(text.split("\n", lines)[:lines])[:characters]


def first_words(text: str, limit: int = 80) -> str:
    words = " ".join(text[: 4 * limit].split())
    return words if len(words) <= limit else words[:limit].rstrip() + "…"
