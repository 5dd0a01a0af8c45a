"""`coterie schedules list` and `show`."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.messages import localized_error
from app.services.schedules.values import ScheduleLine
from app.services.schedules.words import outcome_words, state_words, when_words
from app.store.schedules.records import UNDER_WAY, Firing

# The columns of a schedule that its times do not repeat.
_OF_ITSELF = 4


def list_schedules(output: Output) -> int:
    """Show all schedules by their names."""
    with opened() as services:
        lines = services.schedules.lines()
    output.object({"schedules": [line_object(line) for line in lines]})
    if not lines:
        output.text(output.localized("cli.schedules.empty"))
    output.table([_row(line, output) for line in lines])
    return 0


def show(name: str, output: Output) -> int:
    """Show one schedule and its past."""
    with opened() as services:
        schedule = services.schedules.named(name)
        line = next(line for line in services.schedules.lines() if line.schedule.id == schedule.id)
        history = services.schedules.history(schedule.id)
    output.object(line_object(line) | {"history": [firing_object(firing) for firing in history]})
    output.table([_row(line, output)[:_OF_ITSELF]])
    now = time.time()
    for firing in history:
        output.text(f"  {outcome_words(firing, now, output.language)}{_run(firing)}")
        if firing.reason is not None:
            output.text(f"    {printable(localized_error(firing.reason, output.language))}")
    return 0


def line_object(line: ScheduleLine) -> dict[str, Any]:
    """A schedule for --json."""
    shown: dict[str, Any] = msgspec.to_builtins(line.schedule)
    return {
        **shown,
        "next": line.next,
        "hold": line.hold,
        "last": None if line.last is None else firing_object(line.last),
    }


def firing_object(firing: Firing) -> dict[str, Any]:
    """One of its times for --json, without internal fields."""
    shown: dict[str, Any] = msgspec.to_builtins(firing)
    for name in ("writer", "schedule", "id"):
        del shown[name]
    return shown


def _row(line: ScheduleLine, output: Output) -> tuple[str, ...]:
    now, schedule = time.time(), line.schedule
    last = "" if line.last is None else outcome_words(line.last, now, output.language)
    under_way = line.last is not None and line.last.state in UNDER_WAY
    return (
        str(schedule.id),
        schedule.name,
        when_words(schedule.when, now, output.language),
        "" if under_way else state_words(line, now, output.language),  # the last time says it
        last,
    )


def _run(firing: Firing) -> str:
    return f"  #{firing.run}" if firing.run else ""
