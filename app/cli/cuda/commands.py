"""The commands of `coterie cuda` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, chosen_output, group

cuda = group(
    "cuda", "CUDA for NVIDIA graphics cards, as a download. A clone builds its own: make setup YES=1."
)


@cuda.command()
def install(
    command: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Don’t ask before the download.")] = False,
    address: Annotated[
        str, typer.Option("--from", metavar="URL", help="Where releases are kept, if not at the usual place.")
    ] = "",
    json: Json = False,
) -> None:
    """Download CUDA for this version of Coterie and use it once it has answered. Until then, and if it doesn’t, what
    was there is used."""
    from app.cli.cuda.working import install as run_install

    raise typer.Exit(run_install(address, chosen_output(command, json), yes=yes))


@cuda.command()
def remove(command: typer.Context, json: Json = False) -> None:
    """Remove CUDA. Models then run with Vulkan or on the CPU."""
    from app.cli.cuda.working import remove as run_remove

    raise typer.Exit(run_remove(chosen_output(command, json)))
