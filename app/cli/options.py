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

Memory = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=SIZE", help="What a device may hold, such as CUDA0=6GiB; CPU is the RAM."),
]
Rpc = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST:PORT", help="A machine that runs llama.cpp’s rpc-server; trusted networks only."
    ),
]
Mmproj = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="The file that lets the model see, if it isn’t beside it.", show_default=False
    ),
]
Context = Annotated[int | None, typer.Option(min=1, help="Length of the context in tokens.")]
Experts = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="So many experts for each token, fewer than the model’s own: faster, a little less exact. 0: its own.",
    ),
]
MODEL = "A path to a GGUF, a model of the library, or `starter`."
Model = Annotated[str, typer.Argument(help=MODEL, show_default=False)]

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
