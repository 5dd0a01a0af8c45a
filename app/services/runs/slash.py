"""What "/" offers: one table for chats, runs and editors. Commands by their names, and skills by theirs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Literal

import msgspec

from agents.events import Entry as JournalEntry
from agents.events import RunResumed, RunStarted
from agents.snapshots.values import UndoPlan
from app.language import Language
from app.messages import localized
from app.services.runs.recipes import Recipes, filled
from app.services.runs.runs import Runs
from app.services.runs.values import Recipe
from engine.errors import UserError

# "task": of a new run. "run": what one that has ended is told.
Place = Literal["chat", "task", "run", "editor"]
_PLACES: dict[str, tuple[Place, ...]] = {
    "undo": ("run", "editor"),
    "redo": ("run", "editor"),
    "plan": ("chat", "task", "run", "editor"),
    "new": ("chat",),
    "compact": ("chat",),
    "regenerate": ("chat",),
    "model": ("chat",),
}
_HINTED = ("undo", "plan")
PLAN = "plan"
# What `undo` may be told: all of the run instead of what its last message changed.
ALL = "all"


class SlashEntry(msgspec.Struct, frozen=True):
    """A command, or with `recipe` a skill or prompt. `name` is typed behind the slash, `hint` tells what follows."""

    name: str
    title: str
    description: str
    hint: str = ""
    recipe: Recipe | None = None


def commands_in(place: Place, language: Language) -> tuple[SlashEntry, ...]:
    """The commands that hold in a place."""
    return tuple(
        SlashEntry(
            name,
            f"/{name}",
            localized(f"slash.{name}", language),
            localized(f"slash.{name}_hint", language) if name in _HINTED else "",
        )
        for name, places in _PLACES.items()
        if place in places
    )


def slash_entries(
    place: Place, recipes: Recipes, language: Language, prompts: Recipes | None = None
) -> tuple[SlashEntry, ...]:
    """All that "/" offers in a place: commands, prompts, skills, in a chat the commands last. A name that is taken is
    another's no more. Reads the disk."""
    found = {entry.name: entry for entry in commands_in(place, language)}
    for each in (*(prompts.all() if prompts is not None else ()), *recipes.all()):
        name, number = each.id, 1
        while name in found:
            number += 1
            name = f"{each.id}-{number}"
        found[name] = SlashEntry(name, each.title, each.description, _hint(each, language), each)
    all = tuple(found.values())
    commands = sum(entry.recipe is None for entry in all)
    return (*all[commands:], *all[:commands]) if place == "chat" else all


def command_in(text: str, entries: Sequence[SlashEntry]) -> tuple[SlashEntry, str] | None:
    """The entry that a message names with a slash at its beginning, and what is said behind it; None for others."""
    if not text.startswith("/"):
        return None
    name, _, rest = text[1:].partition(" ")
    entry = next((entry for entry in entries if entry.name == name.strip()), None)
    return None if entry is None else (entry, rest.strip())


def plan_wish(text: str) -> tuple[str, bool]:
    """What is said behind "/plan" at the beginning of a message, and whether that is there."""
    word, rest = f"/{PLAN}", text.strip()
    if not rest.startswith(word) or not rest[len(word) :][:1].isspace():
        return text, False
    return rest[len(word) :].strip(), True


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


def undo_of_last(runs: Runs, run: int, said: str = "") -> UndoPlan:
    """The plan to put back what the last message changed that is not back yet; all of the run for `ALL`.

    Raises UserError as `Runs.undo_plan` does.
    """
    for after in [0] if said == ALL else _beginnings(runs.entries(run)):
        try:
            return runs.undo_plan(run, after=after)
        except UserError as error:
            if error.code != "run.nothing_to_undo":
                raise
    raise UserError("run.nothing_to_undo")


def _beginnings(entries: Sequence[JournalEntry]) -> list[int]:
    """Where each message of a person stands in the journal, the last one first."""
    said = [entry.seq for entry in entries if isinstance(entry.event, RunStarted | RunResumed)]
    return said[::-1] or [0]


def _hint(recipe: Recipe, language: Language) -> str:
    names = ", ".join(name for name, _, _ in recipe.parameters)
    return localized("slash.recipe_hint", language, names=names) if names else ""
