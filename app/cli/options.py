"""Options that commands of several modules share."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.output import Output

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


def chosen_output(command: typer.Context, json: bool) -> Output:
    """The output that `run` made, with the parsed options."""
    output: Output = command.obj
    output.json = json
    return output
