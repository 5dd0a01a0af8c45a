"""Text tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(rows: Sequence[tuple[str, ...]], gap: str) -> list[str]:
    """Rows as aligned lines; a Korean character is two columns wide."""
    widths = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        gap.join(
            cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def width_of(text: str) -> int:
    """The number of columns of a text."""
    return sum(2 if "\u1100" <= character <= "\uffdc" else 1 for character in text)
