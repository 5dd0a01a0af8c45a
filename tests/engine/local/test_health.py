"""How a host is judged from outside."""

import signal
from pathlib import Path
from unittest.mock import patch

import pytest

from engine.errors import ErrorInfo
from engine.local import health


@pytest.mark.parametrize(
    ("exit_code", "told"),
    [
        (-signal.SIGABRT, ErrorInfo("engine.aborted")),
        (-signal.SIGKILL, ErrorInfo("engine.killed")),
        (-signal.SIGSEGV, ErrorInfo("engine.crashed", {"how": "SIGSEGV"})),
        (-200, ErrorInfo("engine.crashed", {"how": "signal 200"})),
        (3, ErrorInfo("engine.crashed", {"how": "exit 3"})),
        (None, ErrorInfo("engine.not_answering")),
    ],
)
def test_an_exit_code_is_told_in_its_own_words(exit_code: int | None, told: ErrorInfo) -> None:
    assert health.outcome(exit_code) == told


def test_kills_for_memory_are_counted_where_the_system_tells(tmp_path: Path) -> None:
    counters = tmp_path / "vmstat"
    for text, told in ((None, None), ("pgfault 12\n", None), ("pgfault 12\noom_kill 3\nswpin 0\n", 3)):
        if text is not None:
            counters.write_text(text)
        with patch.object(health, "_COUNTERS", counters):
            assert health.kills_for_memory() == told


def test_a_host_that_is_silent_past_the_limit_hangs() -> None:
    vitals = health.Vitals(heard=100.0)
    assert not health.hangs(vitals, 100.0 + health.SILENCE_LIMIT)
    assert health.hangs(vitals, 100.1 + health.SILENCE_LIMIT)


def test_a_busy_host_without_steps_hangs_only_past_the_stall_limit() -> None:
    now = 1000.0
    vitals = health.Vitals(heard=now, busy=True, stepped=now - health.STALL_LIMIT - 1)
    assert health.hangs(vitals, now)
    assert not health.hangs(health.Vitals(heard=now, busy=True, stepped=now - 1), now)


def test_a_host_that_loads_or_idles_may_take_its_time() -> None:
    now = 1000.0
    assert not health.hangs(health.Vitals(heard=now, busy=True, loading=True, stepped=0.0), now)
    assert not health.hangs(health.Vitals(heard=now, busy=False, stepped=0.0), now)


def test_three_crashes_within_ten_minutes_stop_the_restarts() -> None:
    assert not health.crashes_too_often([0.0, 100.0], 200.0)
    assert health.crashes_too_often([0.0, 100.0, 200.0], 300.0)


def test_crashes_longer_ago_than_ten_minutes_do_not_count() -> None:
    assert not health.crashes_too_often([0.0, 500.0, 590.0], 601.0)
