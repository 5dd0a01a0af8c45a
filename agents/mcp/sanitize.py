"""Words of strangers: what the eye does not see is taken out, or shown for what it is."""

from __future__ import annotations

import unicodedata
from typing import Any

# Zero-width joiners belong to scripts and emoji, but in a tool's description they can only hide something.
_KEPT_CONTROLS = "\n\t"
MOST_DEPTH = 32


def hidden(character: str) -> bool:
    """Whether it is invisible or turns the direction of the text: controls, formats (bidirectional marks, tags of
    U+E0000, zero-width ones), private use, surrogates, variation selectors and fillers."""
    if character in _KEPT_CONTROLS:
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn")
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in "\u115f\u1160\u3164\uffa0\u2028\u2029\u034f\u17b4\u17b5"
    )


def clean_words(text: str, most: int) -> str:
    """`text` without what is hidden in it, at most `most` characters long."""
    kept = "".join(character for character in text if not hidden(character)).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def shown_words(text: str) -> str:
    """`text` with what is hidden in it written out as [U+202E]: for a person who is to judge it."""
    return "".join(f"[U+{ord(one):04X}]" if hidden(one) else one for one in text)


def hides(text: str) -> bool:
    return any(hidden(one) for one in text)


def clean_schema(value: Any, most: int, depth: int = 0) -> Any:
    """A copy of a JSON Schema with `clean_words` done to all that is meant to be read. Names and constants stay as
    they are: another name would be another argument. Raises ValueError when it is nested too deep."""
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
