"""A question about hosts, while the call that asked for them is under way."""

from __future__ import annotations

import pytest

from agents.events import Approval, Entry, RunEvent, SnapshotTaken, ToolCalled
from agents.run.state import RunState

CALLED = (
    ToolCalled(1, "c1", "shell", {"command": "sh get.sh"}),
    Approval("c1", "allowed", "mode"),
    SnapshotTaken("c1", "before"),
)


def state(*events: RunEvent) -> RunState:
    return RunState.of(Entry(1, number, float(number), event) for number, event in enumerate(events, 1))


@pytest.mark.parametrize("answer", [None, Approval("c1", "denied", "user", "once", ("hosts",))])
def test_a_call_that_ran_stays_allowed_so_that_it_is_not_carried_out_again_unasked(
    answer: Approval | None,
) -> None:
    asked = Approval("c1", "asked", reasons=("hosts",))
    now = state(*CALLED, asked, *([answer] if answer else []))
    call = now.open_call("c1")
    assert call is not None and (call.approval, call.by, call.began) == ("allowed", "mode", True)
    assert now.waits is (answer is None)


def test_a_question_before_a_call_leaves_it_open() -> None:
    asked = state(CALLED[0], Approval("c1", "asked", reasons=("shell", "hosts")))
    call = asked.open_call("c1")
    assert call is not None and call.approval == "asked"
