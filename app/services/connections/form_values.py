"""Fields of a tool server's form, and validation of the input. Without Qt.

The schema is the flat JSON schema of MCP's elicitation: strings, numbers, integers, booleans, choices, and
lists of choices (https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation).
"""

from __future__ import annotations

import datetime
import re
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

Kind = Literal["text", "number", "integer", "switch", "choice", "choices"]
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Field(msgspec.Struct, frozen=True):
    """One field. `choices` are pairs of a value and the words for it. `low` and `high` bound a number, the length of
    a text or the number of choices."""

    name: str
    label: str
    kind: Kind
    description: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    format: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Why a value is invalid: "missing", "number", "integer", "low", "high", "short", "long", "few", "many",
    "email", "uri", "date", "date-time".

    `limit` is the bound that was exceeded.
    """

    code: str
    limit: float = 0


def fields_of(schema: dict[str, Any]) -> tuple[Field, ...]:
    """The fields in the order of the schema; unsupported ones are left out."""
    properties = schema.get("properties")
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    if not isinstance(properties, dict):
        return ()
    return tuple(
        _field(str(name), part, name in names) for name, part in properties.items() if isinstance(part, dict)
    )


def _field(name: str, part: dict[str, Any], required: bool) -> Field:
    kind, choices = _kind(part)
    low, high = {
        "text": ("minLength", "maxLength"),
        "choices": ("minItems", "maxItems"),
    }.get(kind, ("minimum", "maximum"))
    return Field(
        name,
        _words(part.get("title")) or name,
        kind,
        _words(part.get("description")),
        required,
        part.get("default"),
        choices,
        _bound(part.get(low)),
        _bound(part.get(high)),
        _words(part.get("format")) if kind == "text" else "",
    )


def _kind(part: dict[str, Any]) -> tuple[Kind, tuple[tuple[str, str], ...]]:
    type_ = part.get("type")
    if type_ == "array":
        items = part.get("items")
        return "choices", _choices(items if isinstance(items, dict) else {})
    if type_ == "boolean":
        return "switch", ()
    if type_ in ("number", "integer"):
        return type_, ()
    choices = _choices(part)
    return ("choice", choices) if choices else ("text", ())


def _choices(part: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    titled = part.get("oneOf") or part.get("anyOf")
    if isinstance(titled, list):
        return tuple(
            (str(item["const"]), _words(item.get("title")) or str(item["const"]))
            for item in titled
            if isinstance(item, dict) and "const" in item
        )
    values, names = part.get("enum"), part.get("enumNames")
    if not isinstance(values, list):
        return ()
    told = names if isinstance(names, list) and len(names) == len(values) else values
    return tuple((str(value), str(word)) for value, word in zip(values, told, strict=True))


def _words(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _bound(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def entered(field: Field, text: str) -> tuple[Any, Problem | None]:
    """Parse the text of a field: its value (None for nothing), and what is wrong with it."""
    plain = text if field.kind == "text" else text.strip()
    if not plain:
        return None, Problem("missing") if field.required else None
    if field.kind == "text":
        return plain, _text_problem(field, plain)
    value = _figure(plain)
    if value is None:
        return None, Problem(field.kind)
    if field.kind == "integer":
        if value != int(value):
            return None, Problem("integer")
        value = int(value)
    if field.low is not None and value < field.low:
        return value, Problem("low", field.low)
    if field.high is not None and value > field.high:
        return value, Problem("high", field.high)
    return value, None


def chosen(field: Field, values: list[str]) -> tuple[list[str], Problem | None]:
    """The selected values of a list, and whether there are too few or too many."""
    least = max(field.low or 0, 1 if field.required and field.low is None else 0)
    if len(values) < least and (values or field.required):
        return values, Problem("few", least)
    if field.high is not None and len(values) > field.high:
        return values, Problem("many", field.high)
    return values, None


def _figure(text: str) -> float | int | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def _text_problem(field: Field, text: str) -> Problem | None:
    if field.low is not None and len(text) < field.low:
        return Problem("short", field.low)
    if field.high is not None and len(text) > field.high:
        return Problem("long", field.high)
    return None if _has_format(field.format, text) else Problem(field.format)


def _has_format(format: str, text: str) -> bool:
    try:
        if format == "email":
            return _MAIL.fullmatch(text) is not None
        if format == "uri":
            parts = urlsplit(text)
            return bool(parts.scheme and (parts.netloc or parts.path))
        if format == "date":
            return datetime.date.fromisoformat(text).isoformat() == text
        if format == "date-time":
            datetime.datetime.fromisoformat(text)
            return "T" in text.upper()
    except ValueError:
        return False
    return True
