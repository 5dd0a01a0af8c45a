"""The commands of `coterie backup` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, Lines, chosen_output, group

backup = group(
    "backup", "Backups of chats, runs and the library’s list: one is made each day, five are kept."
)


@backup.command("list")
def list_backups(command: typer.Context, json: Lines = False) -> None:
    """Show the backups, the newest first, and what earlier restores set aside."""
    from app.cli.backup.working import list_backups as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@backup.command()
def create(command: typer.Context, json: Json = False) -> None:
    """Make a backup now."""
    from app.cli.backup.working import create as run_create

    raise typer.Exit(run_create(chosen_output(command, json)))


@backup.command()
def restore(
    command: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="A backup, as `list` names it; else the newest one.")
    ] = "",
    json: Json = False,
) -> None:
    """Go back to a backup. Today’s data is set aside, and can be restored the same way."""
    from app.cli.backup.working import restore as run_restore

    raise typer.Exit(run_restore(name, chosen_output(command, json)))
