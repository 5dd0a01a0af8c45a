"""Cleans values for SQLite: JSON whose strings are valid UTF-8 without NUL."""

from __future__ import annotations

import msgspec

from engine.text import clean_value


def storable_json(value: msgspec.Struct | tuple[msgspec.Struct, ...]) -> str:
    """The structs as JSON, each string cleaned."""
    return msgspec.json.encode(clean_value(msgspec.to_builtins(value))).decode()
