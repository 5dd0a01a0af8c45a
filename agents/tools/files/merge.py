"""Merges what was changed in a copy of a file with what was changed in the file since. Pure."""

from __future__ import annotations

from agents.tools.files.diff import unified_diff
from agents.tools.files.patch.matching import patched
from agents.tools.files.patch.reading import read_patch
from agents.tools.files.text_file import read_text
from agents.tools.function_tool import ToolTrouble

_ANY = "file"  # the name says nothing here


def merged(before: bytes, after: bytes, here: bytes) -> bytes | None:
    """`here` with the changes that lead from `before` to `after`; None where one of their places is not found
    exactly, or what is to be merged is no text."""
    first, second, now = (read_text(content) for content in (before, after, here))
    if first is None or second is None or now is None:
        return None
    try:
        (patch,) = read_patch(unified_diff(_ANY, first.raw, second.raw))
        done = patched(_ANY, now, patch.hunks)
        return None if done.notes else now.encode(done.raw)
    except (ToolTrouble, UnicodeEncodeError, ValueError):
        return None
