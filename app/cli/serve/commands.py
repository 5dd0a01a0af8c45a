"""Options of `coterie serve`; what it does is imported when it is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.ending import WrongUsage
from app.cli.options import Json, chosen_output
from engine.errors import UserError


def serve(
    command: typer.Context,
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Listen on this address; without it on this computer alone."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="The port, 0 for a free one; without it that of the settings.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="Load this model at once: a path to a GGUF, a model of the library, `starter`."),
    ] = "",
    context: Annotated[int | None, typer.Option(min=1, help="Length of the context in tokens.")] = None,
    key_file: Annotated[
        str, typer.Option(metavar="FILE", help="Let in whoever has a key of this file, one on each line.")
    ] = "",
    no_key: Annotated[bool, typer.Option("--no-key", help="Ask for no key; on this computer alone.")] = False,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="Let in pages of this origin, such as http://localhost:3000, instead of those that are set.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A further name that the server is reached by, instead of those that are set.",
        ),
    ] = None,
    ollama_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Listen on this port too, for what expects Ollama’s 11434."),
    ] = None,
    install: Annotated[
        bool,
        typer.Option("--install", help="Serve with these options from login on, by systemd; on Linux."),
    ] = False,
    json: Json = False,
) -> None:
    """Let other programs use the models of this computer: editors, agents, scripts. See `coterie keys`."""
    from app.cli.serve.serving import GivenOptions
    from app.cli.serve.serving import install as install_unit
    from app.cli.serve.serving import serve as run_serve

    if no_key and key_file:
        raise typer.BadParameter("--no-key and --key-file cannot be given together.")
    given = GivenOptions(
        hosts=tuple(host or ()),
        port=port,
        ollama_port=ollama_port,
        key_file=key_file,
        needs_key=not no_key,
        origins=tuple(origin or ()),
        names=tuple(allow_host or ()),
        model=model,
        context=context,
    )
    run = install_unit if install else run_serve
    try:
        raise typer.Exit(run(given, chosen_output(command, json)))
    except UserError as error:
        if error.code in ("server.key_needed", "server.bad_origin", "server.bad_host", "server.bad_name"):
            raise WrongUsage(error) from error
        raise
