"""The commands of `coterie collections` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, chosen_output, group

collections = group("collections", "Collections: folders and files whose text can be searched.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a collection.", show_default=False)]


@collections.command()
def add(
    command: typer.Context,
    name: Name,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Folders and files.", show_default=False)
    ],
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when the meaning of everything is ready too.")
    ] = False,
    json: Json = False,
) -> None:
    """Add folders and files to a collection, and read what is new in it; a new name makes a collection."""
    from app.cli.collections.changing import add as run_add

    raise typer.Exit(run_add(name, paths, chosen_output(command, json), wait=wait))


@collections.command("list")
def list_collections(command: typer.Context, json: Json = False) -> None:
    """Show all collections and what they consist of."""
    from app.cli.collections.showing import list_collections as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@collections.command()
def status(command: typer.Context, name: Name, json: Json = False) -> None:
    """Show how many files can be found, and which could not be read and why."""
    from app.cli.collections.showing import status as run_status

    raise typer.Exit(run_status(name, chosen_output(command, json)))


@collections.command()
def search(
    command: typer.Context,
    name: Name,
    query: Annotated[str, typer.Argument(help="What you want to know.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many passages at most.")] = 8,
    json: Json = False,
) -> None:
    """Find the passages that fit a question."""
    from app.cli.collections.showing import search as run_search

    raise typer.Exit(run_search(name, query, limit, chosen_output(command, json)))


@collections.command()
def remove(
    command: typer.Context,
    name: Name,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Only these of its folders and files.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Remove a collection, or some of its folders and files from it. The files themselves stay."""
    from app.cli.collections.changing import remove as run_remove

    raise typer.Exit(run_remove(name, paths or [], chosen_output(command, json)))
