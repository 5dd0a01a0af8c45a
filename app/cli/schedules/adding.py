"""`coterie schedules add`."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec

from agents.events import Mode
from app.cli.ending import WrongUsage
from app.cli.named import whole_path
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.schedules.listing import line_object
from app.services.schedules.words import state_words, when_words
from app.store.schedules.records import Cron, Daily, Every, FolderChange, Once, Schedule, When
from engine.errors import UserError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {"weekdays": (0, 1, 2, 3, 4), "weekends": (5, 6), "": ()}


class ScheduleArguments(msgspec.Struct, frozen=True):
    """The options of the command."""

    task: str = ""
    workspace: str = ""
    daily: str = ""
    days: str = ""
    every: int | None = None
    cron: str = ""
    once: str = ""
    on_change: str = ""
    quiet: int = 30
    name: str = ""
    recipe: str = ""
    values: dict[str, str] = {}
    model: str = ""
    mode: Mode | None = None
    on_battery: bool = False


def add(arguments: ScheduleArguments, output: Output) -> int:
    """Add a schedule, and say when it is due."""
    when = when_of(arguments)
    if not arguments.task and not arguments.recipe:
        raise WrongUsage(UserError("cli.no_task"))
    if not arguments.workspace:
        raise WrongUsage(UserError("cli.no_workspace"))
    with opened() as services:
        schedule = services.schedules.save(
            Schedule(
                0,
                arguments.name,
                arguments.task,
                whole_path(arguments.workspace),
                when,
                0.0,
                0.0,
                recipe=arguments.recipe,
                values=arguments.values,
                model=arguments.model,
                mode=arguments.mode or "ask",  # whatever a skill says: nobody sees it before it starts
                on_battery=arguments.on_battery,
            )
        )
        line = next(line for line in services.schedules.lines() if line.schedule.id == schedule.id)
    now = time.time()
    output.object(line_object(line))
    output.text(
        output.localized(
            "cli.schedules.added",
            name=schedule.name,
            when=when_words(schedule.when, now, output.language),
            next=state_words(line, now, output.language),
        )
    )
    return 0


def when_of(arguments: ScheduleArguments) -> When:
    """The time that the options name. Raises WrongUsage."""
    given: list[When] = []
    if arguments.daily:
        given.append(Daily(arguments.daily, _days(arguments.days)))
    if arguments.every is not None:
        given.append(Every(arguments.every))
    if arguments.cron:
        given.append(Cron(arguments.cron))
    if arguments.once:
        given.append(Once(_moment(arguments.once)))
    if arguments.on_change:
        given.append(FolderChange(arguments.on_change, arguments.quiet))
    if len(given) != 1:
        raise WrongUsage(UserError("schedule.several_times" if given else "schedule.no_time"))
    return given[0]


def _days(text: str) -> tuple[int, ...]:
    words = text.strip().casefold()
    if words in _GROUPS:
        return _GROUPS[words]
    names = [word.strip()[:3] for word in words.split(",") if word.strip()]
    if any(name not in _DAYS for name in names):
        raise WrongUsage(UserError("schedule.bad_days", value=text[:40]))
    return tuple(_DAYS.index(name) for name in names)


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise WrongUsage(UserError("schedule.bad_once", value=text[:40])) from error
