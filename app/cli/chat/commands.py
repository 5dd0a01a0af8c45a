"""Options of `coterie chat`; what it does is imported when it is run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli.chat import first_load
from app.cli.options import MODEL, Approve, Context, Experts, Json, Memory, Mmproj, Rpc, chosen_output

Prompt = Annotated[
    str | None,
    typer.Argument(
        help="What to say; piped text is put behind it, and - is that alone. Without it the terminal becomes"
        " a conversation."
    ),
]
Reasoning = Annotated[str, typer.Option(help="auto, off, on, low, medium, high or a number of tokens.")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="End the answer after so many tokens.")]
Temperature = Annotated[float | None, typer.Option(min=0.0, help="0 always takes the likeliest token.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Repeats a random draw.")]
Draft = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL", help="A smaller model of the same family that guesses ahead; none for none."
    ),
]
Tools = Annotated[
    str, typer.Option(metavar="FILE", help="A JSON file of tools; the calls of the answer are printed.")
]
ToolChoice = Annotated[
    str, typer.Option(metavar="CHOICE", help="auto, required, none or the name of one of the tools.")
]
Workspace = Annotated[
    str, typer.Option(metavar="DIR", help="Let the answers use tools in this folder, as a run does.")
]
Attach = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="A document, text or picture that goes with the question, whole; of FILE:3-7 or FILE:3 only these"
        " pages. Give it again for more.",
    ),
]
Collection = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Search this collection for each question, and answer from what is found."
    ),
]
Web = Annotated[
    bool, typer.Option("--web", help="Let the answers search the web, each time after a question to you.")
]


def chat(
    command: typer.Context,
    prompt: Prompt = None,
    model: Annotated[str, typer.Option(help=MODEL)] = "",
    reasoning: Reasoning = "",
    system: Annotated[str | None, typer.Option(help="The system prompt.")] = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    seed: Seed = None,
    context: Context = None,
    memory: Memory = None,
    rpc: Rpc = None,
    experts: Experts = None,
    draft: Draft = None,
    mmproj: Mmproj = "",
    tools: Tools = "",
    tool_choice: ToolChoice = "auto",
    workspace: Workspace = "",
    approve: Annotated[
        Approve | None, typer.Option(help="With --workspace: what may happen unasked; as of a run.")
    ] = None,
    attach: Attach = None,
    collection: Collection = "",
    web: Web = False,
    json: Json = False,
) -> None:
    """Say something to a model, once or in a conversation. What is said is kept, as in the window."""
    if tool_choice != "auto" and not tools:
        raise typer.BadParameter("--tool-choice needs --tools.")
    if tools and workspace:
        raise typer.BadParameter("--tools and --workspace cannot be given together.")
    if approve and not workspace:
        raise typer.BadParameter("--approve needs --workspace.")
    is_conversation = prompt is None and sys.stdin is not None and sys.stdin.isatty()
    asked = repr((model, context, memory, rpc, experts, draft, mmproj, is_conversation))
    first_load.begin(asked)

    from app.cli.chat.chatting import ChatArguments
    from app.cli.chat.chatting import chat as run_chat
    from app.cli.placement_options import placement_options

    arguments = ChatArguments(
        prompt=prompt,
        model=model,
        reasoning=reasoning,
        system=system,
        max_tokens=max_tokens,
        temperature=temperature,
        seed=seed,
        placement=placement_options(context, memory, rpc, experts),
        draft=draft,
        mmproj=mmproj,
        tools=tools,
        tool_choice=tool_choice,
        workspace=workspace,
        approve=approve.value if approve else None,
        attach=tuple(attach or ()),
        collection=collection,
        web=web,
        asked=asked,
    )
    raise typer.Exit(run_chat(arguments, chosen_output(command, json)))
