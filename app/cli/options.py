"""Options that commands of several modules share."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from app.cli.output import Output

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]

Lines = Annotated[
    bool, typer.Option("--json", help="Print JSON on stdout, one object a line, and nothing else.")
]

# Of a task, wherever it is given.
AnyModel = Annotated[
    str, typer.Option(help="A path to a GGUF, a model of the library, `starter`, or openai:URL#NAME.")
]

Workspace = Annotated[
    str, typer.Option(metavar="DIR", help="The folder to work in; nothing outside it is changed.")
]


class Approve(enum.StrEnum):
    """What needs no approval: `Mode` of a run."""

    ASK = "ask"
    READ = "read"
    WORKSPACE = "workspace"
    ALL_IN_SANDBOX = "all-in-sandbox"


Approval = Annotated[
    Approve | None,
    typer.Option(
        help="ask before each change, read only, all that stays in the workspace, or all in the sandbox."
    ),
]

Parameters = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the recipe.")
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
