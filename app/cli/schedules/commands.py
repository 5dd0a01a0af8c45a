"""The commands of `coterie schedules` and their options; what they do is imported when one is run."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from app.cli.options import AnyModel, Approval, Json, Lines, Parameters, Workspace, chosen_output, group
from app.cli.run.commands import parameter_values

schedules = group("schedules", "Runs that start at a time, or when a folder changes.")


class SystemName(enum.StrEnum):
    """Systems that have timers."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


Name = Annotated[str, typer.Argument(metavar="NAME", help="A schedule’s name or number.", show_default=False)]


@schedules.command("list")
def list_schedules(command: typer.Context, json: Json = False) -> None:
    """Show the schedules: when each is due, how it stands, and what came of the last time."""
    from app.cli.schedules.listing import list_schedules as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@schedules.command()
def show(command: typer.Context, name: Name, json: Json = False) -> None:
    """Show one schedule and the last times that it was due."""
    from app.cli.schedules.listing import show as run_show

    raise typer.Exit(run_show(name, chosen_output(command, json)))


@schedules.command()
def add(
    command: typer.Context,
    task: Annotated[
        str, typer.Argument(help="What is to be done; leave it out with --recipe.", show_default=False)
    ] = "",
    workspace: Workspace = "",
    daily: Annotated[str, typer.Option(metavar="TIME", help="Every day at this time, such as 8:00.")] = "",
    days: Annotated[
        str, typer.Option(metavar="DAYS", help="With --daily: weekdays, or mon,wed and so on.")
    ] = "",
    every: Annotated[
        int | None, typer.Option(metavar="MINUTES", help="Every so many minutes.", show_default=False)
    ] = None,
    cron: Annotated[
        str, typer.Option(metavar="FIELDS", help="Five fields of cron, such as '0 8 * * 1-5'.")
    ] = "",
    once: Annotated[str, typer.Option(metavar="TIME", help="Once, such as 2026-12-24T08:00.")] = "",
    on_change: Annotated[
        str,
        typer.Option(metavar="PATTERN", help="When files in the folder change, such as '*.pdf'; ** is any."),
    ] = "",
    quiet: Annotated[
        int, typer.Option(metavar="SECONDS", help="With --on-change: once nothing has changed for so long.")
    ] = 30,
    name: Annotated[str, typer.Option(help="What it is called; else it is made of the task.")] = "",
    recipe: Annotated[str, typer.Option(metavar="NAME", help="A recipe’s name, or its file.")] = "",
    set: Parameters = None,
    model: AnyModel = "",
    approve: Approval = None,
    on_battery: Annotated[
        bool, typer.Option("--on-battery", help="Start it while the computer is on its battery, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Add a schedule. It starts while Coterie is open, in the background too. What it asks waits for your answer."""
    from app.cli.schedules.adding import ScheduleArguments
    from app.cli.schedules.adding import add as run_add

    arguments = ScheduleArguments(
        task=task,
        workspace=workspace,
        daily=daily,
        days=days,
        every=every,
        cron=cron,
        once=once,
        on_change=on_change,
        quiet=quiet,
        name=name,
        recipe=recipe,
        values=parameter_values(set or []),
        model=model,
        mode=approve.value if approve else None,
        on_battery=on_battery,
    )
    raise typer.Exit(run_add(arguments, chosen_output(command, json)))


@schedules.command()
def remove(command: typer.Context, name: Name, json: Json = False) -> None:
    """Delete a schedule. Its runs stay."""
    from app.cli.schedules.changing import remove as run_remove

    raise typer.Exit(run_remove(name, chosen_output(command, json)))


@schedules.command()
def pause(command: typer.Context, name: Name, json: Json = False) -> None:
    """Start nothing any more, until it is resumed."""
    from app.cli.schedules.changing import pause as run_pause

    raise typer.Exit(run_pause(name, chosen_output(command, json), paused=True))


@schedules.command()
def resume(command: typer.Context, name: Name, json: Json = False) -> None:
    """Start it again at its times. Those that have passed are not made up for."""
    from app.cli.schedules.changing import pause as run_pause

    raise typer.Exit(run_pause(name, chosen_output(command, json), paused=False))


@schedules.command()
def timer(
    command: typer.Context,
    name: Name,
    show: Annotated[
        bool, typer.Option("--show", help="Only print what would be set up; see --system.")
    ] = False,
    system: Annotated[
        SystemName | None, typer.Option(help="With --show: for another system. Those were not tried.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove it.")] = False,
    json: Json = False,
) -> None:
    """Have systemd start it while Coterie is closed. While it is open, it starts it itself."""
    from app.cli.schedules.timing import set_timer, show_timer

    if show and remove:
        raise typer.BadParameter("Only one of --show and --remove can be given.")
    output = chosen_output(command, json)
    if show:
        raise typer.Exit(show_timer(name, None if system is None else system.value, output))
    raise typer.Exit(set_timer(name, output, on=not remove))


@schedules.command()
def run(command: typer.Context, name: Name, json: Lines = False) -> None:
    """Start it now, as `coterie run --schedule` does."""
    from app.cli.run.scheduled import start

    raise typer.Exit(start(name, chosen_output(command, json)))
