"""Where a text matches a pattern, counted as Qt counts characters. Without Qt."""

from __future__ import annotations

import re

from app.desktop.base.utf16 import utf16_length

MAX_MATCHES = 10_000


def find_all(text: str, wanted: re.Pattern[str]) -> list[tuple[int, int]]:
    """Start and end of each match in `text`, in UTF-16 units, in order."""
    places: list[tuple[int, int]] = []
    done = offset = 0
    narrow = utf16_length(text) == len(text)
    for match in wanted.finditer(text):
        start, end = match.span()
        if not narrow:
            offset += sum(character > "\uffff" for character in text[done:start])
        wide = 0 if narrow else sum(character > "\uffff" for character in text[start:end])
        places.append((start + offset, end + offset + wide))
        offset += wide
        done = end
        if len(places) == MAX_MATCHES:
            break
    return places


def nearest(places: list[tuple[int, int]], position: int, *, forward: bool) -> int:
    """The index of the place after (or before) `position`, around the ends; -1 if there is none."""
    if not places:
        return -1
    if forward:
        return next((i for i, (start, _) in enumerate(places) if start >= position), 0)
    return next((i for i in reversed(range(len(places))) if places[i][1] <= position), len(places) - 1)
