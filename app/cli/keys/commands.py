"""The commands of `coterie keys` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, chosen_output, group

keys = group("keys", "Keys that let programs use the local server.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the key is called.", show_default=False)]


@keys.command()
def add(
    command: typer.Context,
    name: Name,
    rights: Annotated[
        str,
        typer.Option(
            metavar="RIGHTS",
            help="What it allows, divided by commas: ask (answers), load (load models), download, tools.",
        ),
    ] = "ask,load",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="It ends after so many days.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Make a key. It is shown this once, and kept nowhere."""
    from app.cli.keys.working import add as run_add

    raise typer.Exit(run_add(name, rights, days, chosen_output(command, json)))


@keys.command("list")
def list_keys(command: typer.Context, json: Json = False) -> None:
    """Show the keys: name, beginning, rights, and when each was used. The keys themselves are not kept."""
    from app.cli.keys.working import list_keys as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@keys.command()
def revoke(command: typer.Context, name: Name, json: Json = False) -> None:
    """Take a key back. What it is being answered ends at once."""
    from app.cli.keys.working import revoke as run_revoke

    raise typer.Exit(run_revoke(name, chosen_output(command, json)))
