"""The five fields of cron: minute, hour, day of the month, month, day of the week. As in crontab(5)."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from engine.errors import UserError

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_WORDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,4}))?")


class CronFields(msgspec.Struct, frozen=True):
    """What each field allows; days of the week as crontab has them, 0 is Sunday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    any_day: bool
    any_weekday: bool

    @property
    def every_hour(self) -> bool:
        return len(self.hours) == 24

    def takes(self, day: date) -> bool:
        """Whether it is due on a day: where both kinds of day are limited, one of them is enough."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month and of_week if self.any_day or self.any_weekday else of_month or of_week


def parsed(text: str) -> CronFields:
    """Read five fields, or a word such as @daily. Raises UserError `schedule.bad_cron`."""
    fields = _WORDS.get(text.strip().casefold(), text).split()
    try:
        minute, hour, day, month, weekday = fields
        return CronFields(
            _numbers(minute, 0, 59),
            _numbers(hour, 0, 23),
            _numbers(day, 1, 31),
            _numbers(month, 1, 12, _MONTHS, 1),
            tuple(sorted({number % 7 for number in _numbers(weekday, 0, 7, _DAYS, 0)})),
            any_day=day.startswith("*"),
            any_weekday=weekday.startswith("*"),
        )
    except ValueError as error:
        raise UserError("schedule.bad_cron", value=text.strip()[:80]) from error


def _numbers(
    field: str, least: int, most: int, names: list[str] | None = None, first: int = 0
) -> tuple[int, ...]:
    """What a field allows. Raises ValueError."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(part)
        star, low, high, step = match.groups()
        start = least if star else _number(low, names, first)
        end = most if star or (step and not high) else _number(high or low, names, first)
        if not (least <= start <= end <= most) or (step and not int(step)):
            raise ValueError(part)
        found.update(range(start, end + 1, int(step or 1)))
    return tuple(sorted(found))


def _number(word: str, names: list[str] | None, first: int) -> int:
    if names and word.casefold() in names:
        return names.index(word.casefold()) + first
    if not (word.isascii() and word.isdecimal()):
        raise ValueError(word)
    return int(word)
