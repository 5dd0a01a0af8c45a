"""Text of strangers, as a terminal may show it."""

from __future__ import annotations


def printable(line: str) -> str:
    """Names and templates come from strangers; a terminal would obey their control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
