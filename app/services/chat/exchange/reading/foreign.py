"""Fields of other apps' JSON, whatever type they turn out to have. Nothing here raises."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from app.services.chat.exchange.reading.splitting import decoded_text
from engine.text import clean_text
from engine.values import Role, ToolCall

TITLE_LENGTH = 200
# Beyond is a time in milliseconds; in seconds it would be the year 5138.
_MILLISECONDS = 1e11
_LATEST = 2.0**33
_ROLES: dict[str, Role] = {"assistant": "assistant", "system": "system", "tool": "tool"}
# Marks that turn the direction of what follows, and line ends that are no control characters.
_TURNING = re.compile("[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f]+")
_FENCE = re.compile(r"^ {0,3}(`{3,})", re.MULTILINE)
_THOUGHT = re.compile(r"\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)


def text(value: Any) -> str:
    """A text, "" for anything else."""
    return clean_text(value) if isinstance(value, str) else ""


def role_of(value: Any) -> Role:
    """Who speaks; the person, where it is nobody that Coterie knows."""
    return _ROLES.get(text(value), "user")


def obj(value: Any) -> dict[str, Any]:
    """An object, {} for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """An array, [] for anything else."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in an array."""
    return [item for item in items(value) if isinstance(item, dict)]


def name(value: Any) -> str:
    """An identifier: a text, or a whole number as one."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return text(value)[:TITLE_LENGTH]


def number(value: Any) -> float | None:
    """A finite number, also one that is written as a text."""
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and math.isfinite(found) else None


def time(value: Any) -> float | None:
    """Seconds since 1970 of a time in seconds, in milliseconds or in ISO 8601; None where there is none."""
    found = number(value)
    if found is None and isinstance(value, str):
        try:
            at = datetime.fromisoformat(value)
            found = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if found is not None and found >= _MILLISECONDS:
        found /= 1000
    return found if found is not None and 0 < found < _LATEST else None


def line(value: Any, most: int = TITLE_LENGTH) -> str:
    """A text as one line that shows as it reads: no control characters, no marks that turn its direction."""
    shown = _CONTROL.sub(" ", _TURNING.sub("", text(value)[: most * 8]))
    return " ".join(shown.split())[:most].rstrip()


def joined(parts: Iterable[str]) -> str:
    """Parts of a text as paragraphs, empty ones left out."""
    return "\n\n".join(part for part in parts if part.strip())


def attachment(of: Any, content: Any = "") -> str:
    """The line that stands for a file or a picture, with its text as a block where that is known."""
    shown, inside = line(of).replace("`", "'"), text(content)
    if not inside.strip():
        return f"`{shown or '…'}`"
    fence = "`" * max(3, max((len(found) + 1 for found in _FENCE.findall(inside)), default=0))
    return joined([f"`{shown}`", f"{fence}\n{inside.rstrip()}\n{fence}"]) if shown else inside


def picture_name(url: Any) -> str:
    """The type of a picture whose bytes stand in its address, else the address."""
    address = text(url)
    return address[5:60].split(";")[0].split(",")[0] if address.startswith("data:") else address


def thoughts_apart(content: str) -> tuple[str, str]:
    """Reasoning in tags at the start of an answer, and what follows it."""
    found = _THOUGHT.match(content)
    return (found[1].strip(), content[found.end() :]) if found else ("", content)


def call(id: Any, of: Any, arguments: Any) -> ToolCall:
    """A call; its arguments may be a text of JSON, also one within another."""
    given = arguments
    for _ in range(2):
        if isinstance(given, str):
            given = decoded_text(given)
    if not isinstance(given, dict):
        given = {"input": arguments} if arguments else {}
    try:
        msgspec.json.encode(given)  # as the store does
    except (ValueError, OverflowError, TypeError):
        given = {"input": str(given)}
    return ToolCall(name(id), line(of, 100), given)
