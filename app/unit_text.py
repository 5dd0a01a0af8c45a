"""Texts in the unit files of systemd, as in systemd.service(5)."""

from __future__ import annotations


def quoted(text: str) -> str:
    """One argument in a line of a unit."""
    return '"' + escaped(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def escaped(text: str) -> str:
    """Without what systemd puts values in for."""
    return text.replace("%", "%%")
