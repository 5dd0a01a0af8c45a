"""Openings of further messages of one reply, behind an end of generation."""

from __future__ import annotations

from collections.abc import Iterable


def opens_message(pieces: Iterable[bytes], start: str) -> bool | None:
    """Whether these tokens open the message that begins with `start`, "" for none at all; None while they may. White
    space is the format's and may differ, within limits.
    """
    if not start:
        return False
    text = b"".join(pieces)
    given, wanted = (b"".join(each.split()) for each in (text, start.encode()))
    if given.startswith(wanted):
        return True
    return None if wanted.startswith(given) and len(text) <= len(given) + len(start) else False
