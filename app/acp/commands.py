"""Slash commands of a session: undo, redo, and the recipes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import msgspec
from acp.schema import AvailableCommand, AvailableCommandInput, UnstructuredCommandInput

from agents.events import Entry, RunResumed, RunStarted, Undone
from app.language import Language
from app.messages import localized
from app.services.runs.recipes import Recipes, filled
from app.services.runs.runs import Runs
from app.services.runs.values import Recipe
from engine.errors import UserError

UNDO, REDO = "undo", "redo"
_ALL = "all"


class Command(msgspec.Struct, frozen=True):
    """A command with what was said behind it."""

    name: str
    rest: str = ""
    recipe: Recipe | None = None


def available(recipes: Recipes, language: Language) -> list[AvailableCommand]:
    """What can be said with a slash. Reads the disk."""
    undo = _command(
        UNDO, localized("acp.command.undo", language), localized("acp.command.undo_hint", language)
    )
    redo = _command(REDO, localized("acp.command.redo", language))
    found = [undo, redo]
    for recipe in recipes.all():
        names = ", ".join(name for name, _, _ in recipe.parameters)
        hint = localized("acp.command.recipe_hint", language, names=names) if names else ""
        found.append(_command(recipe.id, recipe.description or recipe.title, hint))
    return found


def _command(name: str, description: str, hint: str = "") -> AvailableCommand:
    said = AvailableCommandInput(root=UnstructuredCommandInput(hint=hint)) if hint else None
    return AvailableCommand(name=name, description=description, input=said)


def command_of(text: str, recipes: Recipes) -> Command | None:
    """The command that a message is; None for any other. Reads the disk."""
    if not text.startswith("/"):
        return None
    name, _, rest = text[1:].partition(" ")
    name, rest = name.strip(), rest.strip()
    if name in (UNDO, REDO):
        return Command(name, rest)
    recipe = next((each for each in recipes.all() if each.id == name), None)
    return None if recipe is None else Command(name, rest, recipe)


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


def undone(runs: Runs, run: int, rest: str) -> Undone:
    """Put back what the last message changed that is not back yet; all of the run for "all".

    Raises UserError as `Runs.undo_plan` and `undo` do.
    """
    for after in [0] if rest == _ALL else _beginnings(runs.entries(run)):
        try:
            plan = runs.undo_plan(run, after=after)
        except UserError as error:
            if error.code != "run.nothing_to_undo":
                raise
            continue
        return runs.undo(run, plan)
    raise UserError("run.nothing_to_undo")


def redone(runs: Runs, run: int) -> Undone:
    """Take the last undo back. Raises UserError `run.nothing_to_redo`, and as `undone` does."""
    return runs.undo(run, runs.redo_plan(run))


def _beginnings(entries: Sequence[Entry]) -> list[int]:
    """Where each message of a person stands in the journal, the last one first."""
    said = [entry.seq for entry in entries if isinstance(entry.event, RunStarted | RunResumed)]
    return said[::-1] or [0]
