"""Commands, options and exit codes: 0 done, 1 failed for a reported reason, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import io
import itertools
import logging
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from app import paths
from app.cli.asked_command import with_its_command
from app.cli.backup.commands import backup
from app.cli.chat.commands import chat
from app.cli.chats.commands import chats
from app.cli.collections.commands import collections
from app.cli.cuda.commands import cuda
from app.cli.ending import INTERRUPTED, interrupted, run_told
from app.cli.hooks.commands import hooks
from app.cli.keys.commands import keys
from app.cli.models.commands import models
from app.cli.options import (
    AnyModel,
    Approve,
    Context,
    Experts,
    Json,
    Lines,
    Memory,
    Mmproj,
    Model,
    Rpc,
    chosen_output,
)
from app.cli.output import Output
from app.cli.run.commands import run as run_command
from app.cli.schedules.commands import schedules
from app.cli.serve.commands import serve
from app.cli.servers.commands import servers
from app.cli.skills.commands import skills
from app.cli.web_search.commands import web_search
from app.log import COMMANDS, written_to
from app.screen import has_screen
from engine.errors import UserError

# typer ships its own copy of click, whose base of all usage errors it does not export by name.
_UsageError: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)

log = logging.getLogger(__name__)
application = typer.Typer(
    name="coterie",
    help="A desktop home for open mixture-of-experts models. Without a command the window opens.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(command: typer.Context, wanted: bool) -> None:
    if wanted:
        from app.version import VERSION

        output: Output = command.obj
        output.text(f"coterie {VERSION}")
        raise typer.Exit(0)


def _refuse_background(_: typer.Context, wanted: bool) -> None:
    """The window is opened before commands are looked at."""
    if wanted and has_screen():
        raise typer.BadParameter("It opens the program, and goes with no command.")
    if wanted:
        raise UserError("desktop.no_background")


@application.callback()
def _options(
    command: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    background: Annotated[
        bool,
        typer.Option(
            "--background",
            callback=_refuse_background,
            is_eager=True,
            help="Open without a window, as at login. Goes with no command.",
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log everything, to stderr as well. Goes before the command.")
    ] = False,
) -> None:
    log.debug("Command: %s", command.invoked_subcommand)


application.add_typer(models)
application.add_typer(servers)
application.add_typer(backup)
application.add_typer(chats)
application.add_typer(cuda)
application.add_typer(collections)
application.add_typer(hooks)
application.add_typer(keys)
application.add_typer(web_search)
application.add_typer(skills)
application.add_typer(schedules)
application.command(name="run")(run_command)
application.command()(serve)
application.command()(chat)


@application.command()
def usage(
    command: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3660, help="The last so many days.")] = 30,
    forget: Annotated[bool, typer.Option("--forget", help="Delete the history of usage.")] = False,
    json: Json = False,
) -> None:
    """Show what answers took: tokens, time, energy where it can be measured, and the cost where you set a price."""
    from app.cli.usage import forget_usage, print_usage

    output = chosen_output(command, json)
    raise typer.Exit(forget_usage(output) if forget else print_usage(days, output))


@application.command()
def inspect(
    command: typer.Context,
    model: Model,
    reasoning_proof: Annotated[
        bool, typer.Option(help="Show what each choice of reasoning changes in the prompt.")
    ] = False,
    mmproj: Mmproj = "",
    json: Json = False,
) -> None:
    """Show what a model file is: architecture, experts, active parameters, reasoning control, tool dialect, and
    whether it takes pictures."""
    from app.cli.inspect import inspect as run_inspect

    raise typer.Exit(run_inspect(model, chosen_output(command, json), proof=reasoning_proof, mmproj=mmproj))


@application.command()
def plan(
    command: typer.Context,
    model: Model,
    context: Context = None,
    memory: Memory = None,
    rpc: Rpc = None,
    experts: Experts = None,
    json: Json = False,
) -> None:
    """Show where a model would lie on this machine and how fast it would be, before it is loaded."""
    from app.cli.placement_options import placement_options
    from app.cli.plan import plan as run_plan

    options = placement_options(context, memory, rpc, experts)
    raise typer.Exit(run_plan(model, options, chosen_output(command, json)))


@application.command()
def predict(
    command: typer.Context,
    published: Annotated[
        str,
        typer.Option(metavar="FILE", help="A tab-separated table of measured speeds.", show_default=False),
    ],
    json: Lines = False,
) -> None:
    """Predict the speeds of a table that others measured, and compare."""
    from app.cli.predict.published import predict_published

    raise typer.Exit(predict_published(published, chosen_output(command, json)))


@application.command()
def bench(
    command: typer.Context,
    model: Model,
    context: Context = None,
    memory: Memory = None,
    rpc: Rpc = None,
    experts: Experts = None,
    modes: Annotated[bool, typer.Option("--modes", help="Compare the ways to place the model.")] = False,
    tune: Annotated[
        bool, typer.Option("--tune", help="Find the fastest placement in a minute, and keep it.")
    ] = False,
    fewer_experts: Annotated[
        bool,
        typer.Option(
            "--fewer-experts",
            help="Compare speed and text with fewer experts for each token; --experts N: with N of them.",
        ),
    ] = False,
    tools: Annotated[
        bool, typer.Option("--tools", help="Check in half a minute how well the model uses tools.")
    ] = False,
    depth: Annotated[
        int, typer.Option("--depth", help="Tokens that the answer is written behind.", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Measure how fast a model is on this machine, or how well it uses tools."""
    from app.cli.bench import bench as run_bench
    from app.cli.placement_options import placement_options

    if modes + tune + tools + fewer_experts > 1:
        raise typer.BadParameter("Only one of --modes, --tune, --tools and --fewer-experts can be given.")
    if depth and (modes or tune or tools or fewer_experts):
        raise typer.BadParameter("--depth goes without --modes, --tune, --tools and --fewer-experts.")
    if tools:
        if context or memory or rpc:
            raise typer.BadParameter("--tools goes with the kept placement: no --context, --memory or --rpc.")
        from app.cli.tool_check import check_tools

        raise typer.Exit(check_tools(model, chosen_output(command, json)))
    options = placement_options(context, memory, rpc, experts)
    output = chosen_output(command, json)
    raise typer.Exit(
        run_bench(model, options, output, modes=modes, tune=tune, fewer_experts=fewer_experts, depth=depth)
    )


@application.command()
def acp(
    model: AnyModel = "",
    approve: Annotated[
        Approve, typer.Option(help="What a session may do unasked at first; the editor can change it.")
    ] = Approve.ASK,
) -> None:
    """Let an editor that speaks the Agent Client Protocol (Zed, JetBrains, Neovim) give tasks in its folder. It is
    started by the editor, and speaks to it on stdin and stdout."""
    from app.cli.acp import acp as run_acp

    raise typer.Exit(run_acp(model, approve.value))


@application.command()
def doctor(
    command: typer.Context,
    bundle: Annotated[
        str, typer.Option(metavar="FILE", help="Also write a .zip for a bug report: this and the logs.")
    ] = "",
    json: Json = False,
) -> None:
    """Show what is installed, which devices there are, what is slow and why."""
    from app.cli.doctor import doctor as run_doctor

    raise typer.Exit(run_doctor(chosen_output(command, json), bundle))


@application.command()
def update(
    command: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether there is a newer version.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Fetch it, and put it in place for the next start.")
    ] = False,
    address: Annotated[
        str, typer.Option("--from", metavar="URL", help="Where releases are kept, if not at the usual place.")
    ] = "",
    json: Json = False,
) -> None:
    """Look for a newer version of Coterie, or switch to it. One that does not start twice is taken back."""
    from app.cli.update import update as run_update

    if check == apply:
        raise typer.BadParameter("Give --check or --apply.")
    raise typer.Exit(run_update(address, chosen_output(command, json), apply=apply))


@application.command()
def mcp(command: typer.Context) -> None:
    """Offer the local model and runs as tools to the program that starts this, over stdin and stdout (MCP). What must
    be allowed is asked in the window."""
    from app.cli.mcp import mcp as run_mcp

    raise typer.Exit(run_mcp())


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    output = Output("--json" in options)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    debug = "--debug" in itertools.takewhile(lambda word: word.startswith("-"), arguments)
    with written_to(paths.logs() / COMMANDS, debug=debug):
        return run_told(lambda: _run(arguments, output), output)


def _run(arguments: Sequence[str], output: Output) -> int:
    try:
        asked = with_its_command(application, arguments)
        code = asked(list(arguments), prog_name="coterie", standalone_mode=False, obj=output)
    except _UsageError as error:
        error.show()  # type: ignore[attr-defined]
        output.object({"error": {"code": "cli.usage", "message": error.format_message()}})  # type: ignore[attr-defined]
        return 2
    except typer.Abort:
        return interrupted(output)
    # typer returns that code for Ctrl+C.
    return interrupted(output) if code == INTERRUPTED else int(code or 0)
