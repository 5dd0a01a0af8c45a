"""When a schedule is due next. Pure, but for the clock's zone of this computer.

Times of day are those that the clock on the wall shows, wherever the computer is: a time that is left out when summer
time begins is due as much later as the clock jumps, one that comes twice when it ends is due the first time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from app.services.schedules.cron import CronFields, parsed
from app.store.schedules.records import Cron, Daily, Every, FolderChange, Once, When
from engine.errors import UserError

MOST_MINUTES = 31 * 24 * 60
MOST_QUIET_S = 3600
# The 29th of February may be eight years away, and on a certain day of the week forty.
_YEARS = 41
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def next_time(when: When, after: float, since: float, zone: tzinfo | None = None) -> float | None:
    """The first time later than `after` (seconds since 1970); None where there is none, or no time matters. The
    schedule was made at `since`; `zone` None is that of this computer."""
    match when:
        case Every(minutes):
            step = minutes * 60.0
            return since + step * ((after - since) // step + 1)
        case Once(at):
            return at if at > after else None
        case Daily(at, days):
            hour, minute = _clock(at)
            weekdays = tuple((day + 1) % 7 for day in days or range(7))
            return _next_of(_fields(hour, minute, weekdays), after, zone)
        case Cron(fields):
            return _next_of(parsed(fields), after, zone)
        case FolderChange():
            return None


def checked_when(when: When, now: float) -> When:
    """The same with its text in order. Raises UserError `schedule.bad_time`, `schedule.bad_days`,
    `schedule.bad_interval`, `schedule.bad_cron`, `schedule.past`, `schedule.never`, `schedule.bad_quiet`."""
    match when:
        case Daily(at, days):
            hour, minute = _clock(at)
            if any(day not in range(7) for day in days):
                raise UserError("schedule.bad_days", value=", ".join(map(str, days))[:40])
            return Daily(f"{hour:02}:{minute:02}", tuple(sorted(set(days))) if len(set(days)) < 7 else ())
        case Every(minutes):
            if not 1 <= minutes <= MOST_MINUTES:
                raise UserError("schedule.bad_interval", most=MOST_MINUTES)
        case Once(at):
            if not now < at < now + 100 * 366 * 86_400.0:
                raise UserError("schedule.past")
        case Cron(fields):
            if next_time(when, now, now) is None:
                raise UserError("schedule.never", value=fields.strip()[:80])
            return Cron(" ".join(fields.split()))
        case FolderChange(pattern, quiet):
            if not 1 <= quiet <= MOST_QUIET_S:
                raise UserError("schedule.bad_quiet", most=MOST_QUIET_S)
            return FolderChange(pattern.strip() or "**", quiet)
    return when


def refresh_zone() -> None:
    """Take up a time zone that was changed while the program runs; by itself on Windows."""
    if hasattr(time, "tzset"):
        time.tzset()


def _clock(text: str) -> tuple[int, int]:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise UserError("schedule.bad_time", value=text[:40])
    return int(match[1]), int(match[2])


def _fields(hour: int, minute: int, weekdays: tuple[int, ...]) -> CronFields:
    return CronFields((minute,), (hour,), tuple(range(1, 32)), tuple(range(1, 13)), weekdays, True, False)


def _next_of(fields: CronFields, after: float, zone: tzinfo | None) -> float | None:
    # The day before, as its last times may be later than they say where the clock jumps.
    first = datetime.fromtimestamp(after, zone).date() - timedelta(days=1)
    day = first
    while day < first.replace(year=first.year + _YEARS, day=min(first.day, 28)):
        if fields.takes(day):
            found = min((at for at in _times_on(fields, day, zone) if at > after), default=None)
            if found is not None:
                return found
        day += timedelta(days=1)
    return None


def _times_on(fields: CronFields, day: date, zone: tzinfo | None) -> Iterator[float]:
    for hour in fields.hours:
        for minute in fields.minutes:
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
            yield at.timestamp()
            if fields.every_hour:  # the hour that comes twice is an hour like all others
                yield at.replace(fold=1).timestamp()
