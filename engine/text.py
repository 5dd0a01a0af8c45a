"""Text that can be stored and transmitted: valid UTF-8 without NUL; all else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def clean_text(text: str) -> str:
    """`text` without NUL, and with U+FFFD in place of each lone surrogate.

    Two surrogates that form a pair (from UTF-16 sources) are joined to the character they mean.
    """
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_value(value: Any) -> Any:
    """Return a copy of a JSON value with `clean_text` applied to all its strings."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_value(item) for item in value]
    return value
