"""Options that commands of several modules share."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.output import Output

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]

Lines = Annotated[
    bool, typer.Option("--json", help="Print JSON on stdout, one object a line, and nothing else.")
]


def group(name: str, help: str) -> typer.Typer:
    """A command with commands of its own."""
    return typer.Typer(
        name=name, help=help, no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )


def chosen_output(command: typer.Context, json: bool) -> Output:
    """The output that `run` made, with the parsed options."""
    output: Output = command.obj
    output.json = json
    return output
