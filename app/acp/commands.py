"""Slash commands of a session, as editors are told of them: undo, redo, and the skills."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from acp.schema import AvailableCommand, AvailableCommandInput, UnstructuredCommandInput

from app.services.runs.recipes import filled
from app.services.runs.slash import SlashEntry
from app.services.runs.values import Recipe

UNDO, REDO = "undo", "redo"


def available(entries: Sequence[SlashEntry]) -> list[AvailableCommand]:
    """What can be said with a slash."""
    return [_command(entry.name, entry.description or entry.title, entry.hint) for entry in entries]


def _command(name: str, description: str, hint: str = "") -> AvailableCommand:
    said = AvailableCommandInput(root=UnstructuredCommandInput(hint=hint)) if hint else None
    return AvailableCommand(name=name, description=description, input=said)


def task_of(recipe: Recipe, rest: str) -> str:
    """The recipe's task: words like name=value fill its parameters, all others are put behind it.

    Raises UserError as `filled` does.
    """
    try:
        given = shlex.split(rest)
    except ValueError:  # a quotation mark that is not closed
        given = rest.split()
    names = {name for name, _, _ in recipe.parameters}
    values = {
        word.partition("=")[0]: word.partition("=")[2] for word in given if word.partition("=")[0] in names
    }
    more = " ".join(word for word in given if word.partition("=")[0] not in names)
    return "\n\n".join(filter(None, (filled(recipe, values), more)))
