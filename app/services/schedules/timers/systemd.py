"""Units for systemd: a timer and what it starts, as in systemd.timer(5) and systemd.time(7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.services.schedules.cron import CronFields, parsed
from app.services.schedules.timers.command import TimedCommand, interval_of
from app.store.schedules.records import Cron, Daily, Once, When
from app.unit_text import escaped, quoted

MARK = "# Written by Coterie for one of its schedules."
_NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def service_text(command: TimedCommand) -> str:
    """The unit that starts the schedule once."""
    lines = [
        MARK,
        "[Unit]",
        f"Description=Coterie: {escaped(command.title)}",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={' '.join(map(quoted, command.arguments))}",
        f"Environment={quoted(f'COTERIE_HOME={command.home}')}",
        f"WorkingDirectory={escaped(command.folder)}",
        "StandardInput=null",
        "NoNewPrivileges=yes",
    ]
    return "\n".join(lines) + "\n"


def timer_text(command: TimedCommand, when: When) -> str:
    """The unit that says when. A time that was missed is made up for at the next login."""
    minutes = interval_of(when)
    times = (
        [f"OnActiveSec={minutes}min", f"OnUnitActiveSec={minutes}min"]
        if minutes
        else [f"OnCalendar={time}" for time in calendar(when)]
    )
    lines = [
        MARK,
        "[Unit]",
        f"Description=Coterie: {escaped(command.title)}",
        "",
        "[Timer]",
        *times,
        *([] if minutes else ["Persistent=true"]),
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"


def calendar(when: When) -> list[str]:
    """The times as systemd writes them; several where days of the month and of the week are limited, of which cron
    takes either."""
    match when:
        case Daily(at, days):
            names = ",".join(_NAMES[(day + 1) % 7] for day in days)
            return [f"{names} *-*-* {at}:00".strip()]
        case Once(at):
            return [f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M:%S}"]
        case Cron(fields):
            return _of_cron(parsed(fields))
        case _:
            return []


def _of_cron(fields: CronFields) -> list[str]:
    month = _listed(fields.months, 12)
    day = _listed(fields.days, 31)
    time = f"{_listed(fields.hours, 24)}:{_listed(fields.minutes, 60)}:00"
    all_week = len(fields.weekdays) == 7
    names = "" if all_week else ",".join(_NAMES[number] for number in fields.weekdays)
    if fields.any_day or fields.any_weekday:
        return [f"{names} *-{month}-{day} {time}".strip()]
    return [f"*-{month}-{day} {time}", f"{names} *-{month}-* {time}".strip()]


def _listed(numbers: Sequence[int], count: int) -> str:
    return "*" if len(numbers) == count else ",".join(f"{number:02}" for number in numbers)
