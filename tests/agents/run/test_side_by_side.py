"""Calls of one turn that change nothing are carried out at the same time, and what other runs took counts."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.api import Outcome, ToolContext
from agents.budget import Budget
from agents.events import (
    Entry,
    ModelTurn,
    RunEvent,
    RunFinished,
    RunResumed,
    SubagentFinished,
    ToolCalled,
    ToolResult,
)
from agents.permissions.values import ApprovalRequest, Decision, ToolFacts
from agents.run.state import RunState
from engine.values import Timings, Usage
from tests.support.agents.runs import Bench, ScriptedApprover, broken_orders, started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, calls, says, schema

BESIDE = ToolFacts(read_only=True, destructive=False, side_by_side=True)


def beside(answer: Any) -> NotedTool:
    return NotedTool("look", answer, parameters=schema(at="string"), facts=BESIDE)


def results(bench: Bench) -> dict[str, ToolResult]:
    return {e.event.call: e.event for e in bench.journal.entries() if isinstance(e.event, ToolResult)}


def test_those_that_follow_each_other_wait_for_each_other(tmp_path: Path) -> None:
    """One after the other, none would come to its end."""
    meeting = threading.Barrier(3, timeout=300)

    def look(arguments: dict[str, Any], here: ToolContext) -> str:
        meeting.wait()
        return f"{arguments['at']} of {here.beside}"

    brain = ScriptedBrain(calls(*(("look", {"at": at}) for at in "abc")), says("Done."))
    bench = Bench(tmp_path, brain, [beside(look)])
    bench.run().go(started())
    assert [one.text for one in results(bench).values()] == ["a of 3", "b of 3", "c of 3"]
    assert broken_orders(bench.journal.entries()) == []


def test_another_call_between_them_keeps_its_place(tmp_path: Path) -> None:
    order: list[str] = []
    look = beside(lambda arguments, here: order.append(arguments["at"]) or "seen")
    write = NotedTool("write", lambda arguments, here: order.append("write") or "written")
    made = calls(("look", {"at": "a"}), ("write", {}), ("look", {"at": "b"}), ("look", {"at": "b"}))
    bench = Bench(tmp_path, ScriptedBrain(made, says("Done.")), [look, write])
    bench.run().go(started())
    assert order == ["a", "write", "b"]
    assert [results(bench)[f"c{number}"].status for number in range(1, 5)] == ["ok", "ok", "ok", "skipped"]


def test_a_persons_time_counts_against_none_of_them(tmp_path: Path) -> None:
    """One of them asks, and the other does not."""
    time = [1000.0]

    def look(arguments: dict[str, Any], here: ToolContext) -> Outcome:
        if arguments["at"] == "b":
            assert here.approver is not None
            here.approver.ask(ApprovalRequest(1, "x", "look", "form", ""))
        return Outcome("seen")

    def patient(request: ApprovalRequest) -> Decision:
        time[0] += 3600
        return Decision(True)

    brain = ScriptedBrain(calls(("look", {"at": "a"}), ("look", {"at": "b"})), says("Done."))
    bench = Bench(tmp_path, brain, [beside(look)], approver=ScriptedApprover(patient), clock=lambda: time[0])
    bench.run().go(started())
    waited = {call: one.waited for call, one in results(bench).items()}
    assert list(waited) == ["c2", "c1"] and waited["c2"] >= 3600  # first, so that it is taken off the whole


def test_a_call_that_goes_on_has_no_result_before_the_run_is_resumed(tmp_path: Path) -> None:
    seen: list[str] = []

    def look(arguments: dict[str, Any], here: ToolContext) -> Outcome:
        seen.append(here.call)
        if len(seen) == 1:
            run.pause()
            return Outcome("", "interrupted", goes_on=True)
        return Outcome("seen")

    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {"at": "a"})), says("Done.")), [beside(look)])
    run = bench.run()
    assert run.go(started()).reason == "paused"
    assert results(bench) == {}
    assert bench.run().go(RunResumed(Budget())).answer == "Done."
    assert seen == ["c1", "c1"] and broken_orders(bench.journal.entries()) == []


TURNS = st.builds(
    lambda tokens: ModelTurn(1, "x", "", (), "stop", Usage(completion_tokens=tokens), Timings()),
    st.integers(1, 1000),
)
ENDS = st.builds(
    lambda tokens, made: SubagentFinished("c1", 2, "t", "completed", "answered", "", tokens, 1.0, made),
    st.integers(0, 10**6),
    st.integers(0, 500),
)
CALLED = st.just(ToolCalled(1, "c1", "look", {}))


@given(st.lists(TURNS | ENDS | CALLED, max_size=30))
def test_the_totals_are_its_own_and_those_of_the_runs_that_it_gave_tasks_to(events: list[RunEvent]) -> None:
    made = [Entry(1, n, float(n), event) for n, event in enumerate([started(), *events], 1)]
    own = RunState.of([entry for entry in made if not isinstance(entry.event, SubagentFinished)])
    ended = [event for event in events if isinstance(event, SubagentFinished)]
    whole = RunState.of(made).totalled(RunFinished("completed", "answered", ""))
    assert whole.tokens == own.total.tokens + sum(one.tokens for one in ended)
    assert whole.calls == own.calls + sum(one.calls for one in ended)
