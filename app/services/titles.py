"""Derives titles of conversations and runs from their first words. Pure."""

from __future__ import annotations

TITLE_LENGTH = 48


def title_from(text: str) -> str:
    """The title from a text's first line, cut at a word."""
    lines = (line.strip().lstrip("#>*-` ").strip() for line in text.splitlines())
    line = next((line for line in lines if line), "")
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH + 1]
    if " " in cut[TITLE_LENGTH // 2 :]:
        cut = cut.rsplit(" ", 1)[0]
    return cut[:TITLE_LENGTH].rstrip(" ,.;:") + "…"
