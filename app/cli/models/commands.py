"""The commands of `coterie models` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, Lines, chosen_output, group
from engine.hub.values import Sort

models = group("models", "Find models, download them and keep them.")

Known = Annotated[str, typer.Argument(metavar="ID", help="A model of the library, as `list` names it.")]


@models.command()
def search(
    command: typer.Context,
    text: Annotated[str, typer.Argument(help="Words of the name; without any, what moves now.")] = "",
    author: Annotated[str, typer.Option(help="Only what this owner has.")] = "",
    sort: Annotated[Sort, typer.Option(help="What comes first.")] = "trending",
    licence: Annotated[
        str, typer.Option("--licence", "--license", help="The hub’s short name, such as apache-2.0.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    json: Lines = False,
) -> None:
    """Search the hub for models that Coterie can run (GGUF). They are shown as they come."""
    from app.cli.models.search import search as run_search
    from engine.hub.values import Query

    query = Query(text=text, author=author, sort=sort, licence=licence)
    raise typer.Exit(run_search(query, limit, chosen_output(command, json)))


@models.command()
def show(
    command: typer.Context,
    name: Annotated[str, typer.Argument(help="OWNER/REPO on the hub, or a model of the library.")],
    json: Json = False,
) -> None:
    """Show what a repository has and what each variant would be on this machine, before a download."""
    from app.cli.models.show import show as run_show

    raise typer.Exit(run_show(name, chosen_output(command, json)))


@models.command()
def pull(
    command: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="OWNER/REPO:QUANT or OWNER/REPO/FILE.gguf; OWNER/REPO takes the best for this machine."
        ),
    ],
    json: Lines = False,
) -> None:
    """Download a model, or go on with a download. Ctrl+C pauses it and keeps what has come."""
    from app.cli.models.pull import pull as run_pull

    raise typer.Exit(run_pull(name, chosen_output(command, json)))


@models.command("list")
def list_models(
    command: typer.Context,
    downloads: Annotated[bool, typer.Option("--downloads", help="Downloads instead of models.")] = False,
    json: Lines = False,
) -> None:
    """Show the models of the library, what they take of the disk and what is free."""
    from app.cli.models.listing import list_downloads
    from app.cli.models.listing import list_models as run_list

    output = chosen_output(command, json)
    raise typer.Exit(list_downloads(output) if downloads else run_list(output))


@models.command()
def verify(
    command: typer.Context,
    id: Known,
    repair: Annotated[bool, typer.Option("--repair", help="Fetch what is wrong again.")] = False,
    json: Json = False,
) -> None:
    """Read every byte of a model and compare it with what was downloaded."""
    from app.cli.models.verify import verify as run_verify

    raise typer.Exit(run_verify(id, repair, chosen_output(command, json)))


@models.command("import")
def import_models(
    command: typer.Context,
    path: Annotated[
        str, typer.Argument(help="A GGUF, or a folder with some. They stay where they are.")
    ] = "",
    source: Annotated[
        str, typer.Option("--from", metavar="hf|lmstudio|ollama", help="What another program has.")
    ] = "",
    json: Lines = False,
) -> None:
    """Take models into the library where they lie: nothing is copied or changed."""
    from app.cli.models.importing import SOURCES, import_from, import_path

    if bool(path) == bool(source):
        raise typer.BadParameter("Give a PATH, or --from and one of hf, lmstudio, ollama.")
    if source and source not in SOURCES:
        raise typer.BadParameter(f"--from takes one of {', '.join(SOURCES)}.")
    output = chosen_output(command, json)
    raise typer.Exit(import_from(source, output) if source else import_path(path, output))


@models.command()
def remove(
    command: typer.Context,
    id: Known,
    now: Annotated[bool, typer.Option("--now", help="Delete for good, not into the trash.")] = False,
    json: Json = False,
) -> None:
    """Remove a model, or a download that is not wanted any more. Imported files are only forgotten."""
    from app.cli.models.changing import remove as run_remove

    raise typer.Exit(run_remove(id, now, chosen_output(command, json)))


@models.command()
def restore(command: typer.Context, id: Known, json: Json = False) -> None:
    """Bring back a model that was removed."""
    from app.cli.models.changing import restore as run_restore

    raise typer.Exit(run_restore(id, chosen_output(command, json)))


@models.command()
def rename(
    command: typer.Context,
    id: Known,
    name: Annotated[str, typer.Argument(help="What it is to be called.")],
    json: Json = False,
) -> None:
    """Call a model something else. Its id and its files stay as they are."""
    from app.cli.models.changing import rename as run_rename

    raise typer.Exit(run_rename(id, name, chosen_output(command, json)))


@models.command()
def trash(
    command: typer.Context,
    empty: Annotated[bool, typer.Option("--empty", help="Delete all of it for good.")] = False,
    json: Lines = False,
) -> None:
    """Show the models that were removed and can be restored."""
    from app.cli.models.changing import trash as run_trash

    raise typer.Exit(run_trash(empty, chosen_output(command, json)))
