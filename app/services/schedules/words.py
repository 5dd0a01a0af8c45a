"""Schedules in words: when they are due, how they stand, what came of them. Pure, but for the clock's zone."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from app.format import format_time_of_day
from app.language import Language
from app.messages import localized
from app.services.schedules.values import ScheduleLine
from app.store.schedules.records import UNDER_WAY, Cron, Daily, Every, Firing, FolderChange, Once, When

# So much later than it was due it is worth a word.
LATE_S = 180.0
_WEEKDAYS = (0, 1, 2, 3, 4)
_HOLDS = {"battery": "hold_battery", "turn": "hold_turn", "model": "hold_model"}
_HOURS, _DAYS = 60, 24 * 60


def when_words(when: When, now: float, language: Language, zone: tzinfo | None = None) -> str:
    """Such as "On weekdays at 8:00 AM"."""
    match when:
        case Daily(at, ()):
            return _word("daily", language, time=_clock(at, language))
        case Daily(at, days) if days == _WEEKDAYS:
            return _word("weekdays", language, time=_clock(at, language))
        case Daily(at, days):
            names = _word("short_days", language).split(",")
            return _word(
                "days",
                language,
                days=_word("and", language).join(names[day] for day in days),
                time=_clock(at, language),
            )
        case Every(minutes):
            return _interval(minutes, language)
        case Cron(fields):
            return _word("cron", language, fields=fields)
        case Once(at):
            return _word("once", language, time=moment_words(at, now, language, zone))
        case FolderChange(pattern):
            is_any = pattern in ("*", "**", "**/*")
            return _word("folder", language) if is_any else _word("folder_pattern", language, pattern=pattern)


def moment_words(at: float, now: float, language: Language, zone: tzinfo | None = None) -> str:
    """A time as it is said today: "tomorrow at 8:00 AM", "Friday at 5:30 PM", "December 24 at 8:00 AM"."""
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone).date()
    time, days = (
        format_time_of_day(then.hour, then.minute, language),
        (then.date() - today) // timedelta(days=1),
    )
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    if near:
        return _word(near, language, time=time)
    if 1 < days < 7:
        return _word(
            "weekday", language, day=_word("day_names", language).split(",")[then.weekday()], time=time
        )
    month = _word("months", language).split(",")[then.month - 1]
    if abs(days) < 300:
        return _word("date", language, month=month, day=str(then.day), time=time)
    return _word("date_year", language, year=str(then.year), month=month, day=str(then.day), time=time)


def state_words(line: ScheduleLine, now: float, language: Language, zone: tzinfo | None = None) -> str:
    """What a schedule is at, or when it is due next: "Next: tomorrow at 8:00 AM"."""
    last, schedule = line.last, line.schedule
    if last is not None and last.state in UNDER_WAY:
        return firing_word(last, language)
    if schedule.paused:
        return _word("off", language)
    if line.hold:
        return _word(_HOLDS[line.hold], language)
    if isinstance(schedule.when, FolderChange):
        return _word("watching", language)
    if line.next is None:
        return _word("over", language)
    if line.next <= now:
        return _word("next_soon", language)
    return _word("next", language, time=moment_words(line.next, now, language, zone))


def firing_word(firing: Firing, language: Language) -> str:
    """How one of its times stands: "Done", "Needs your answer"."""
    return _word(firing.state, language)


def outcome_words(firing: Firing, now: float, language: Language, zone: tzinfo | None = None) -> str:
    """How one of its times stands, when it was, and when it should have been: "Done, today at 9:12 AM"."""
    state, time = firing_word(firing, language), moment_words(firing.time, now, language, zone)
    if firing.time - firing.due < LATE_S or firing.state == "skipped":
        return _word("outcome", language, state=state, time=time)
    return _word("late", language, state=state, time=time, due=moment_words(firing.due, now, language, zone))


def _interval(minutes: int, language: Language) -> str:
    for unit, one, several in ((_DAYS, "day", "several_days"), (_HOURS, "hour", "hours")):
        if minutes % unit == 0:
            count = minutes // unit
            return _word(one, language) if count == 1 else _word(several, language, count=count)
    return _word("minute", language) if minutes == 1 else _word("minutes", language, count=minutes)


def _clock(at: str, language: Language) -> str:
    hour, _, minute = at.partition(":")
    return format_time_of_day(int(hour), int(minute), language)


def _word(name: str, language: Language, **params: object) -> str:
    return localized(f"schedule.{name}", language, **params)
