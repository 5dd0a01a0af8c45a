"""What closing a window leads to."""

from __future__ import annotations

import pytest

from app.desktop.window.closing.steps import AtWork, Step, WhenClosed, step

IDLE, BUSY = AtWork(), AtWork(runs=["Sort the photos"])


@pytest.mark.parametrize(
    ("at_work", "when_closed", "serves", "quits", "follows"),
    [
        (IDLE, "keep", False, False, "end"),
        (BUSY, "keep", False, False, "ask"),
        (IDLE, "ask", True, False, "offer"),
        (BUSY, "ask", True, False, "offer"),
        (BUSY, "keep", True, False, "away"),
        (IDLE, "quit", True, False, "end"),
        (BUSY, "quit", True, False, "ask"),
        (IDLE, "keep", True, True, "end"),
        (BUSY, "ask", True, True, "ask"),
    ],
)
def test_a_window_that_is_closed(
    at_work: AtWork, when_closed: WhenClosed, serves: bool, quits: bool, follows: Step
) -> None:
    assert step(at_work, when_closed, goes_on=serves, quits=quits) == follows
