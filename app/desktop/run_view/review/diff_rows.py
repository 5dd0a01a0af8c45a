"""The rows that a review is shown as. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.permissions.visible import visible
from agents.review.hunks import Hunk, HunkLine
from agents.review.values import ReviewFile
from app.desktop.run_view.review.choice import Choice

MOST_LINES = 2_000  # of one hunk that are shown
MOST_LETTERS = 1_000  # of one line
_TAB = 4


class DiffRow(msgspec.Struct, frozen=True):
    """`place` is the number of what is decided at once there, -1 for the head of a file of several. `left` counts the
    lines of a hunk that are not shown."""

    kind: Literal["file", "hunk", "line", "rest"]
    file: ReviewFile
    place: int = -1
    hunk: Hunk | None = None
    line: HunkLine | None = None
    text: str = ""
    left: int = 0


def diff_rows(choice: Choice) -> list[DiffRow]:
    """A file's head, then its hunks with a head each; the head of a file of one hunk or none stands for that too."""
    rows: list[DiffRow] = []
    number = 0
    for file in choice.review.files:
        alone = len(file.hunks) < 2
        rows.append(DiffRow("file", file, number if alone else -1, file.hunks[0] if file.hunks else None))
        for hunk in file.hunks:
            if not alone:
                rows.append(DiffRow("hunk", file, number, hunk))
            rows.extend(
                DiffRow("line", file, number, hunk, line, shown(line.text))
                for line in hunk.lines[:MOST_LINES]
            )
            if len(hunk.lines) > MOST_LINES:
                rows.append(DiffRow("rest", file, number, hunk, left=len(hunk.lines) - MOST_LINES))
            number += 1
        number += not file.hunks
    return rows


def shown(text: str) -> str:
    """A line as it can be painted: on one line, with hidden characters written out."""
    if len(text) > MOST_LETTERS:
        text = text[:MOST_LETTERS] + "…"
    return visible(text.removesuffix("\r")).expandtabs(_TAB).replace("\n", " ")
