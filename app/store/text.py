"""Text as SQLite can hold it: UTF-8 without NUL. Everything else is kept to the character."""

from __future__ import annotations

from typing import Any

import msgspec


def storable(text: str) -> str:
    """`text` without NUL, and with U+FFFD in place of each lone surrogate.

    Two surrogates that form a pair (from UTF-16 sources) are joined to the character they mean.
    """
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def storable_json(value: msgspec.Struct) -> str:
    """The struct as JSON, each string in it made storable."""
    return msgspec.json.encode(_cleaned(msgspec.to_builtins(value))).decode()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value
