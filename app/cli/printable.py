"""Sanitizes untrusted text for a terminal."""

from __future__ import annotations


def printable(line: str) -> str:
    """Names and templates are untrusted; a terminal would obey their control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
