"""Options of `coterie run`, and the action they select."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from app.cli.ending import WrongUsage
from app.cli.options import AnyModel, Approval, Json, Parameters, Workspace, chosen_output
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.runs.export import ExportFormat

# Options that say more about another one.
_WITH = {
    "message": ("commit",),
    "file": ("commit",),
    "due": ("schedule",),
    "force": ("undo", "redo"),
    "format": ("export",),
}


class Follow(enum.StrEnum):
    """Whether project instructions count."""

    YES = "yes"
    NO = "no"


class Format(enum.StrEnum):
    """Export formats of a run."""

    JSONL = "jsonl"
    MARKDOWN = "markdown"
    MD = "md"
    OTEL = "otel"


def run(
    command: typer.Context,
    task: Annotated[str | None, typer.Argument(help="What is to be done.", show_default=False)] = None,
    workspace: Workspace = "",
    model: AnyModel = "",
    approve: Approval = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Plan first: nothing is changed before you approve the plan.")
    ] = False,
    max_steps: Annotated[int | None, typer.Option(min=1, help="Turns of the model at most.")] = None,
    context: Annotated[int | None, typer.Option(min=1, help="Length of the context in tokens.")] = None,
    reasoning: Annotated[
        str, typer.Option(help="auto, off, on, low, medium, high or a number of tokens.")
    ] = "",
    tools: Annotated[
        str, typer.Option(metavar="NAMES", help="Only these tools, divided by commas; without it all.")
    ] = "",
    read: Annotated[
        list[str] | None,
        typer.Option("--read", metavar="PATH", help="Let commands read this file or folder too; repeatable."),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="HOST",
            help="Let commands connect to this host: pypi.org, *.example.org, example.org:8443; repeatable.",
        ),
    ] = None,
    collection: Annotated[
        str, typer.Option(metavar="NAME", help="Let it search this collection of documents.")
    ] = "",
    instructions: Annotated[
        Follow | None,
        typer.Option(
            help="Project instructions such as AGENTS.md: agree to them as they are now, or follow none in this run."
        ),
    ] = None,
    recipe: Annotated[
        str, typer.Option("--recipe", "--skill", metavar="NAME", help="A skill’s name, or a recipe’s file.")
    ] = "",
    set: Parameters = None,
    schedule: Annotated[
        str, typer.Option(metavar="NAME", help="Carry out a schedule now; see `coterie schedules`.")
    ] = "",
    due: Annotated[
        bool, typer.Option("--due", help="With --schedule: only if it is due, and no open Coterie does it.")
    ] = False,
    resume: Annotated[
        str, typer.Option(metavar="RUN", help="Go on with a stopped or interrupted run; TASK is added to it.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="With --resume: carry out calls that were interrupted once more.")
    ] = False,
    diff: Annotated[str, typer.Option(metavar="RUN", help="Print all that a run changed.")] = "",
    review: Annotated[
        str,
        typer.Option(
            metavar="RUN", help="Ask for each change of a run whether it stays, and drop the others."
        ),
    ] = "",
    commit: Annotated[
        str,
        typer.Option(
            metavar="RUN", help="Commit what a run changed, with a message that the model proposes."
        ),
    ] = "",
    message: Annotated[
        str, typer.Option(metavar="TEXT", help="With --commit: this message, without asking.")
    ] = "",
    file: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="PATH", help="With --commit: only this file; repeatable."),
    ] = None,
    undo: Annotated[str, typer.Option(metavar="RUN", help="Put back what a run changed.")] = "",
    redo: Annotated[
        str, typer.Option(metavar="RUN", help="Take the last undo or review of a run back.")
    ] = "",
    force: Annotated[
        bool,
        typer.Option("--force", help="With --undo and --redo: also files that somebody has changed since."),
    ] = False,
    export: Annotated[str, typer.Option(metavar="RUN", help="Print a run; see --format.")] = "",
    format: Annotated[Format, typer.Option(help="With --export.")] = Format.MARKDOWN,
    runs: Annotated[bool, typer.Option("--list", help="List the runs.")] = False,
    recipes: Annotated[bool, typer.Option("--recipes", "--skills", help="List the skills.")] = False,
    json: Json = False,
) -> None:
    """Give an agent a task and a folder. It works with tools in a sandbox, asks when it should, and what it changed
    can be undone. RUN is a run’s number, or `last`."""
    output = chosen_output(command, json)
    alone = {
        "diff": diff, "review": review, "commit": commit, "undo": undo, "redo": redo, "schedule": schedule,
        "export": export, "list": runs, "recipes": recipes,
    }  # fmt: skip
    check_together(command, [name for name, given in alone.items() if given])
    if runs or recipes or export:
        from app.cli.run.listing import print_recipes, print_run, print_runs

        if recipes:
            raise typer.Exit(print_recipes(output))
        kind = cast("ExportFormat", "markdown" if format is Format.MD else format.value)
        raise typer.Exit(print_runs(output) if runs else print_run(export, kind, output))
    if diff or review:
        from app.cli.run.reviewing import print_diff
        from app.cli.run.reviewing import review as run_review

        raise typer.Exit(print_diff(diff, output) if diff else run_review(review, output))
    if commit:
        from app.cli.run.committing import commit as run_commit

        raise typer.Exit(run_commit(commit, message.strip(), file or [], output))
    if schedule:
        from app.cli.run.scheduled import start

        raise typer.Exit(start(schedule, output, only_due=due))
    if undo or redo:
        from app.cli.run.undoing import undo as run_undo

        raise typer.Exit(run_undo(undo or redo, force=force, output=output, redo=bool(redo)))
    from app.cli.run.running import RunArguments, carry_out

    arguments = RunArguments(
        task=task or "",
        workspace=workspace,
        model=model,
        mode=approve.value if approve else None,
        plan=plan,
        max_steps=max_steps,
        context=context,
        reasoning=reasoning,
        tools=tuple(name.strip() for name in tools.split(",") if name.strip()),
        collection=collection,
        read=tuple(read or ()),
        hosts=tuple(allow_host or ()),
        recipe=recipe,
        values=parameter_values(set or []),
        resume=resume,
        again=again,
        instructions=instructions.value if instructions else None,
    )
    raise typer.Exit(carry_out(arguments, output))


def check_together(command: typer.Context, jobs: list[str]) -> None:
    """Whether the options that were given go together: none is passed over in silence. Raises BadParameter."""
    given = {
        name
        for name in command.params
        if (source := command.get_parameter_source(name)) and source.name == "COMMANDLINE"
    }
    for name in sorted(given & _WITH.keys()):
        if not set(jobs) & set(_WITH[name]):
            raise typer.BadParameter(f"--{name} goes with {' or '.join(f'--{job}' for job in _WITH[name])}.")
    others = given - _WITH.keys() - {"json", "runs", *jobs}
    if len(jobs) > 1 or (jobs and others):
        raise typer.BadParameter(f"--{jobs[0]} stands alone.")


def parameter_values(given: list[str]) -> dict[str, str]:
    """The parameters of a recipe. Raises WrongUsage."""
    values: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise WrongUsage(UserError("cli.bad_set", value=each[:100]))
        values[name.strip()] = value
    return values
