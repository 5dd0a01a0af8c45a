"""Waiting before the next try, and giving up."""

from __future__ import annotations

import math

import pytest

from engine.hub.transfer.patience import Patience, retry_after
from engine.hub.transfer.rate import Rate
from engine.hub.transfer.values import Limits

LIMITS = Limits(first_wait=1, most_wait=60, most_asked_wait=300, patience=900, first_patience=60)
NOW = 1_767_225_600.0  # Thu, 01 Jan 2026 00:00:00 GMT


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def patience(clock: Clock, share: float = 1.0) -> Patience:
    return Patience(LIMITS, clock, lambda low, high: low + (high - low) * share)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("0", 0),
        (" 120 ", 120),
        ("2.5", 2.5),
        ("9" * 5000, 1e9),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30),
        ("Thu, 01 Jan 2026 00:00:30 -0000", 30),
        ("Thu, 01 Jan 2026 01:00:30 +0100", 30),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
        ("Thu, 99 Jan 2026 00:00:30 GMT", None),
        ("Thu, 01 Jan 99999 00:00:30 GMT", None),
    ],
)
def test_what_a_server_asks_is_understood(text: str | None, seconds: float | None) -> None:
    found = retry_after(text, NOW)
    assert found is None if seconds is None else found == pytest.approx(seconds)


def test_waits_double_up_to_a_bound_and_are_drawn_below_it(clock: Clock) -> None:
    assert [patience(clock).wait_after(tries, None) for tries in (1, 2, 3, 6, 7, 10_000)] == [
        1, 2, 4, 32, 60, 60,
    ]  # fmt: skip
    assert patience(clock, 0.0).wait_after(5, None) == 0


def test_what_is_asked_is_waited_by_all_up_to_a_bound(clock: Clock) -> None:
    found = patience(clock, 0.5)
    assert found.wait_after(1, 20) == 20.5
    assert found.quiet_seconds == 20
    clock.now += 15
    assert found.quiet_seconds == 5
    assert found.wait_after(1, math.inf) == 300.5
    clock.now += 301
    assert found.quiet_seconds == 0


def test_nothing_at_all_is_borne_for_a_short_time(clock: Clock) -> None:
    found = patience(clock)
    assert not found.lost()
    clock.now += 59
    assert not found.lost()
    clock.now += 1
    assert found.lost()


def test_what_worked_before_is_waited_for_longer_and_anew_each_time(clock: Clock) -> None:
    found = patience(clock)
    found.bytes_came()
    # Time in which nothing failed does not count.
    clock.now += 10_000
    assert not found.lost()
    clock.now += 899
    assert not found.lost()
    found.bytes_came()
    clock.now += 899
    assert not found.lost()
    clock.now += 900
    assert found.lost()


def test_a_rate_follows_what_comes_smoothly() -> None:
    rate = Rate(500, 0.0)
    assert rate.at(500, 0.0) == 0
    assert rate.at(1500, 1.0) == 1000
    slower = rate.at(1500, 2.0)
    assert 700 < slower < 1000
    assert rate.at(1000, 3.0) < slower
    for second in range(4, 60):
        found = rate.at(1000 + 50 * (second - 3), float(second))
    assert found == pytest.approx(50, abs=1)
