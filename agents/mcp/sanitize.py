"""Sanitizes untrusted text: removes invisible characters, or writes them out."""

from __future__ import annotations

import unicodedata
from typing import Any

# Zero-width joiners belong to scripts and emoji, but in a tool's description they can only hide something.
_KEPT_CONTROLS = "\n\t"
MOST_DEPTH = 32


def hidden(character: str) -> bool:
    """Whether a character is invisible or changes the direction of text: controls, formats (bidirectional
    marks, tags of U+E0000, zero-width ones), private use, surrogates, variation selectors and fillers.
    """
    if character in _KEPT_CONTROLS:
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn")
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in "\u115f\u1160\u3164\uffa0\u2028\u2029\u034f\u17b4\u17b5"
    )


def clean_words(text: str, most: int) -> str:
    """`text` without hidden characters, at most `most` characters long."""
    kept = "".join(character for character in text if not hidden(character)).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def shown_words(text: str) -> str:
    """`text` with hidden characters written out as [U+202E], for a person who has to judge it."""
    return "".join(f"[U+{ord(one):04X}]" if hidden(one) else one for one in text)


def hides(text: str) -> bool:
    return any(hidden(one) for one in text)


def clean_schema(value: Any, most: int, depth: int = 0) -> Any:
    """Copy a JSON Schema with `clean_words` applied to titles and descriptions.

    Names and constants stay: another name would be another argument. Raises ValueError when it is nested too
    deep.
    """
    if depth > MOST_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        return {
            key: clean_words(item, most)
            if key in ("description", "title", "$comment") and isinstance(item, str)
            else clean_schema(item, most, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [clean_schema(item, most, depth + 1) for item in value]
    return value
