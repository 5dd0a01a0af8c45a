"""Reads a patch in either form."""

from __future__ import annotations

from agents.tools.files.patch.envelope import BEGIN, read_envelope
from agents.tools.files.patch.unified import read_unified
from agents.tools.files.patch.values import FilePatch
from agents.tools.function_tool import ToolTrouble

MOST_FILES = 500


def read_patch(text: str) -> tuple[FilePatch, ...]:
    """What a patch asks for, in its order. Raises ToolTrouble, which says what a patch looks like."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    is_envelope = any(line.strip() == BEGIN for line in lines)
    files = read_envelope(lines) if is_envelope else read_unified(lines)
    if not files:
        raise ToolTrouble(
            "There is no change in the patch. Write '*** Begin Patch', '*** Update File: PATH', lines that begin "
            "with ' ', '-' or '+', and '*** End Patch'; or a unified diff."
        )
    if len(files) > MOST_FILES:
        raise ToolTrouble(f"The patch changes {len(files)} files; send at most {MOST_FILES} at a time.")
    return tuple(files)
