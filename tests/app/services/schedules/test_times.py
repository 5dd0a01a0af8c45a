"""Times of schedules: by the clock on the wall, also where summer time begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.schedules.cron import parsed
from app.services.schedules.times import checked_when, next_time
from app.store.schedules.records import Cron, Daily, Every, FolderChange, Once, When
from engine.errors import UserError

BERLIN, SEOUL, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Seoul"), ZoneInfo("Australia/Lord_Howe")
ZONES = st.sampled_from([BERLIN, SEOUL, LORD_HOWE, ZoneInfo("America/New_York"), UTC])
INSTANTS = st.floats(min_value=1_500_000_000, max_value=1_900_000_000)


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


def shown(when: When, after: str, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """The next times, as the clock there shows them."""
    found, last = [], at(after, zone)
    for _ in range(count):
        due = next_time(when, last, last, zone)
        assert due is not None
        found.append(f"{datetime.fromtimestamp(due, zone):%m-%d %H:%M}")
        last = due
    return found


def test_every_day_and_on_weekdays() -> None:
    assert shown(Daily("08:00"), "2026-11-27T07:59", 2) == ["11-27 08:00", "11-28 08:00"]
    weekdays = Daily("08:00", (0, 1, 2, 3, 4))
    assert shown(weekdays, "2026-11-27T08:00", 2) == ["11-30 08:00", "12-01 08:00"]  # from a Friday


def test_a_time_that_summer_time_leaves_out_is_due_an_hour_later() -> None:
    assert shown(Daily("02:30"), "2026-03-28T12:00", 2) == ["03-29 03:30", "03-30 02:30"]


def test_a_time_that_comes_twice_is_due_once() -> None:
    assert shown(Daily("02:30"), "2026-10-24T12:00", 2) == ["10-25 02:30", "10-26 02:30"]
    assert next_time(Daily("02:30"), at("2026-10-24T12:00"), 0.0, BERLIN) == at("2026-10-25T02:30")


def test_what_is_due_each_hour_is_so_in_the_hour_that_comes_twice_too() -> None:
    half_hours = Cron("*/30 * * * *")
    last = at("2026-10-25T01:30")
    for _ in range(6):
        due = next_time(half_hours, last, last, BERLIN)
        assert due == last + 1800
        last = due


@given(
    ZONES,
    INSTANTS,
    st.integers(0, 23),
    st.integers(0, 59),
    st.sets(st.integers(0, 6), max_size=6),
)
def test_daily_times_are_those_of_the_wall_one_a_day(
    zone: ZoneInfo, after: float, hour: int, minute: int, days: set[int]
) -> None:
    when, times, last = Daily(f"{hour:02}:{minute:02}", tuple(days)), [], after
    for _ in range(10):
        due = next_time(when, last, 0.0, zone)
        assert due is not None and due > last
        times.append(datetime.fromtimestamp(due, zone))
        last = due
    dates = [time.date() for time in times]
    assert len(set(dates)) == 10 and all(not days or day.weekday() in days for day in dates)
    if not days:
        assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(dates))
    late = [time for time in times if (time.hour, time.minute) != (hour, minute)]
    assert len(late) <= 1  # only on the day on which the clock jumps over it


@given(INSTANTS, st.integers(1, 3000), st.floats(0, 10_000_000))
def test_intervals_count_from_the_start_and_are_never_in_the_past(
    since: float, minutes: int, passed: float
) -> None:
    after = since + passed
    due = next_time(Every(minutes), after, since)
    assert due is not None and after < due <= after + minutes * 60 + 1e-3
    assert (due - since) % (minutes * 60) == pytest.approx(0, abs=1e-3) or (due - since) % (
        minutes * 60
    ) == pytest.approx(minutes * 60, abs=1e-3)


def test_once_is_due_once() -> None:
    assert next_time(Once(50.0), 49.0, 0.0) == 50.0
    assert next_time(Once(50.0), 50.0, 0.0) is None
    assert next_time(FolderChange(), 0.0, 0.0) is None


@pytest.mark.parametrize(
    ("fields", "after", "due"),
    [
        ("0 8 * * 1-5", "2026-11-27T09:00", "2026-11-30T08:00"),
        ("15,45 9-10 * * *", "2026-11-27T09:15", "2026-11-27T09:45"),
        ("0 0 1 jan *", "2026-11-27T09:00", "2027-01-01T00:00"),
        ("0 12 13 * fri", "2026-11-07T09:00", "2026-11-13T12:00"),  # the 13th, or a Friday
        ("0 12 14 * fri", "2026-11-13T13:00", "2026-11-14T12:00"),
        ("0 0 29 2 *", "2026-11-27T09:00", "2028-02-29T00:00"),
        ("0 7 * * 7", "2026-11-27T09:00", "2026-11-29T07:00"),
        ("10/20 * * * *", "2026-11-27T09:31", "2026-11-27T09:50"),
        ("@daily", "2026-11-27T09:00", "2026-11-28T00:00"),
    ],
)
def test_cron(fields: str, after: str, due: str) -> None:
    assert next_time(Cron(fields), at(after), 0.0, BERLIN) == at(due)


FEW = ["", "* * * *", "* * * * * *", "@reboot", "a * * * *", "1,,2 * * * *", "٣ * * * *"]
WRONG = ["60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "5-1 * * * *", "*/0 * * * *"]


@pytest.mark.parametrize("text", FEW + WRONG)
def test_fields_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parsed(text)
    assert caught.value.code == "schedule.bad_cron"


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parsed(text)
    except UserError as error:
        assert error.code == "schedule.bad_cron"


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (Daily("24:00"), "schedule.bad_time"),
        (Daily("8"), "schedule.bad_time"),
        (Daily("08:00", (7,)), "schedule.bad_days"),
        (Every(0), "schedule.bad_interval"),
        (Once(5.0), "schedule.past"),
        (Cron("0 0 30 2 *"), "schedule.never"),
        (FolderChange("*", 0), "schedule.bad_quiet"),
    ],
)
def test_what_is_never_due_is_refused(when: When, code: str) -> None:
    with pytest.raises(UserError) as caught:
        checked_when(when, 10.0)
    assert caught.value.code == code


def test_what_is_written_otherwise_is_put_in_order() -> None:
    assert checked_when(Daily("8:05", (4, 0, 4)), 0.0) == Daily("08:05", (0, 4))
    assert checked_when(Daily("8:05", tuple(range(7))), 0.0) == Daily("08:05")
    assert checked_when(FolderChange(" "), 0.0) == FolderChange("**")
