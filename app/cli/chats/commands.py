"""The commands of `coterie chats` and their options; what they do is imported when one is run."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from app.cli.options import Json, Lines, chosen_output, group

if TYPE_CHECKING:
    from app.services.chat.exchange.exporting import ExportFormat

chats = group("chats", "Chats: list, show, search, export, import, delete, and restore them.")

ID = "A chat, as `list` names it."
Id = Annotated[int, typer.Argument(metavar="ID", help=ID, show_default=False)]
Ids = Annotated[list[int], typer.Argument(metavar="ID", help=ID, show_default=False)]


class Format(StrEnum):
    """The formats of `export`."""

    markdown = "markdown"
    md = "md"
    json = "json"
    html = "html"
    pdf = "pdf"


@chats.command("list")
def list_chats(
    command: typer.Context,
    deleted: Annotated[bool, typer.Option("--deleted", help="Show the deleted chats instead.")] = False,
    json: Lines = False,
) -> None:
    """Show all chats, the latest first."""
    from app.cli.chats.listing import list_chats as run_list

    raise typer.Exit(run_list(chosen_output(command, json), deleted=deleted))


@chats.command()
def show(command: typer.Context, id: Id, json: Json = False) -> None:
    """Print a chat; with --json all of its branches."""
    from app.cli.chats.showing import show as run_show

    raise typer.Exit(run_show(id, chosen_output(command, json)))


@chats.command()
def search(
    command: typer.Context,
    query: Annotated[str, typer.Argument(help="Words that must all occur in a title or a message.")],
    json: Lines = False,
) -> None:
    """Find chats by their words."""
    from app.cli.chats.listing import search as run_search

    raise typer.Exit(run_search(query, chosen_output(command, json)))


@chats.command()
def export(
    command: typer.Context,
    path: Annotated[
        str,
        typer.Option(
            "--output", metavar="PATH", help="The new file; for several chats a folder, but of JSON."
        ),
    ],
    format: Annotated[Format, typer.Option(help="JSON keeps everything, and can be imported again.")],
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID", help=ID, show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Export all chats.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are already there.")] = False,
    json: Json = False,
) -> None:
    """Write chats to a file or a folder."""
    from app.cli.chats.exporting import export as run_export

    if every == bool(ids):
        raise typer.BadParameter("Give the chats to export, or --all.")
    output = chosen_output(command, json)
    kind = cast("ExportFormat", "markdown" if format is Format.md else format.value)
    raise typer.Exit(run_export(ids or [], kind, path, output, replace=force))


@chats.command("import")
def import_chats(
    command: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Files, zips, and folders of Coterie and other apps.", show_default=False
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be imported.")] = False,
    json: Json = False,
) -> None:
    """Import chats of Coterie, ChatGPT, Claude, Open WebUI, Jan, LM Studio, and llama.cpp; none of them twice."""
    from app.cli.chats.importing import import_chats as run_import

    raise typer.Exit(run_import(paths, chosen_output(command, json), dry_run=dry_run))


@chats.command()
def delete(command: typer.Context, ids: Ids, json: Json = False) -> None:
    """Delete chats; they can be restored for 30 days."""
    from app.cli.chats.changing import delete as run_delete

    raise typer.Exit(run_delete(ids, chosen_output(command, json)))


@chats.command()
def restore(command: typer.Context, ids: Ids, json: Json = False) -> None:
    """Bring deleted chats back."""
    from app.cli.chats.changing import restore as run_restore

    raise typer.Exit(run_restore(ids, chosen_output(command, json)))
