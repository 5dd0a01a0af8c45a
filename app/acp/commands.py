"""Slash commands of a session, as editors are told of them: undo, redo, and the skills."""

from __future__ import annotations

from collections.abc import Sequence

from acp.schema import AvailableCommand, AvailableCommandInput, UnstructuredCommandInput

from app.services.runs.slash import SlashEntry

UNDO, REDO = "undo", "redo"


def available(entries: Sequence[SlashEntry]) -> list[AvailableCommand]:
    """What can be said with a slash."""
    return [_command(entry.name, entry.description or entry.title, entry.hint) for entry in entries]


def _command(name: str, description: str, hint: str = "") -> AvailableCommand:
    said = AvailableCommandInput(root=UnstructuredCommandInput(hint=hint)) if hint else None
    return AvailableCommand(name=name, description=description, input=said)
