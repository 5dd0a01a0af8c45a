"""The commands of `coterie hooks` and their options; what they do is imported when one is run."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from app.cli.options import Json, chosen_output, group

hooks = group("hooks", "Commands that runs carry out by themselves, in the sandbox.")


class When(enum.StrEnum):
    """`HookTime`."""

    START = "start"
    CHANGE = "change"
    END = "end"


@hooks.command("list")
def list_hooks(command: typer.Context, json: Json = False) -> None:
    """List your hooks with their numbers."""
    from app.cli.hooks.working import list_hooks as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@hooks.command()
def add(
    command: typer.Context,
    line: Annotated[
        str, typer.Argument(metavar="COMMAND", help="A command line for the shell.", show_default=False)
    ],
    when: Annotated[
        When,
        typer.Option(
            help="At the start, after each step that changed files, or before the end of a run that changed files."
        ),
    ] = When.CHANGE,
    folder: Annotated[
        str, typer.Option(metavar="DIR", help="Only for runs in this folder; without it for all.")
    ] = "",
    seconds: Annotated[int, typer.Option(min=1, max=600, help="How long it may take.")] = 120,
    json: Json = False,
) -> None:
    """Add a hook. One before the end that fails lets the run go on once, with what it said."""
    from app.cli.hooks.working import add as run_add

    raise typer.Exit(run_add(line, when.value, folder, seconds, chosen_output(command, json)))


@hooks.command()
def remove(
    command: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As `coterie hooks list` shows it.")],
    json: Json = False,
) -> None:
    """Remove a hook."""
    from app.cli.hooks.working import remove as run_remove

    raise typer.Exit(run_remove(number, chosen_output(command, json)))
