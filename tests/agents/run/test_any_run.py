"""Whatever a model writes, a person decides and a tool does, a run ends in good order."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.api import ModelResponse, Outcome
from agents.budget import Budget
from agents.context.history import History
from agents.context.rendering import rendered
from agents.events import RunFinished, RunResumed, ToolCalled, ToolResult
from agents.permissions.values import Decision, ToolFacts
from agents.run.state import RunState
from agents.tools.files.delete_file import delete_file
from agents.tools.files.edit_file import edit_file
from agents.tools.files.list_files import list_files
from agents.tools.files.read_file import read_file
from agents.tools.files.write_file import write_file
from engine.errors import ErrorInfo, UserError
from engine.values import ToolCall
from tests.support.agents.runs import Bench, ScriptedApprover, broken_orders, started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, schema

NAMES = ["a.txt", "b.txt", "folder/c.txt", "../out.txt", ""]
GOOD = st.one_of(
    st.builds(
        lambda path, text: ("write_file", {"path": path, "content": text}),
        st.sampled_from(NAMES),
        st.text(max_size=9),
    ),
    st.builds(lambda path: ("read_file", {"path": path}), st.sampled_from(NAMES)),
    st.builds(lambda path: ("delete_file", {"path": path}), st.sampled_from(NAMES)),
    st.just(("list_files", {})),
    st.just(("fails", {})),
    st.just(("page", {"n": 1})),
)
BAD = st.one_of(
    st.tuples(st.sampled_from(["write_file", "read_file", "nothing", ""]), st.text(max_size=12)),
    st.tuples(
        st.sampled_from(["edit_file", "page"]),
        st.dictionaries(st.text(max_size=4), st.none() | st.integers() | st.text(max_size=4), max_size=3),
    ),
)
CALLS = st.lists(GOOD | GOOD | BAD, max_size=4).map(
    lambda made: tuple(ToolCall(f"x{n}", name, arguments) for n, (name, arguments) in enumerate(made))
)
TEXTS = st.sampled_from(
    [
        "",
        "Fine.",
        "  ",
        "I look at the files that are there and then I say what I have found in them. " * 2,
        "ha " * 900,
    ]
)
TURNS = st.one_of(
    st.builds(
        lambda text, calls, end: ModelResponse(text, tool_calls=calls, finish_reason=end),
        TEXTS,
        CALLS,
        st.sampled_from(["stop", "stop", "length"]),
    ),
    st.builds(lambda calls: ModelResponse(tool_calls=calls), CALLS),
    st.just(ModelResponse("half", finish_reason="error", error=ErrorInfo("remote.dropped"))),
    st.just(ModelResponse(finish_reason="cancelled")),
    st.just(ModelResponse(finish_reason="length", notices=(ErrorInfo("tools.cut_in_call"),))),
    st.just(UserError("engine.lost")),
)
BUDGETS = st.builds(
    Budget,
    steps=st.integers(1, 12),
    tokens=st.sampled_from([0, 50, 60_000]),
    calls=st.sampled_from([0, 3, 100]),
    errors=st.sampled_from([0, 2, 5]),
    malformed=st.sampled_from([0, 1, 3]),
)
DECISIONS = st.lists(
    st.sampled_from([Decision(True), Decision(True, "run"), Decision(False, message="No."), None]),
    min_size=1,
    max_size=4,
)
# After so many turns somebody pauses or stops it.
ENDS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["pause", "stop"])), max_size=2)


def bench_of(folder: Path, turns: list[Any], decisions: list[Any], context: int) -> Bench:
    tools = [
        list_files,
        read_file,
        write_file,
        edit_file,
        delete_file,
        NotedTool("fails", RuntimeError("no")),
        NotedTool(
            "page",
            Outcome("text " * 3000, untrusted=True),
            parameters=schema(n="integer"),
            facts=ToolFacts(read_only=True),
        ),
    ]
    return Bench(folder, ScriptedBrain(*turns, context=context), tools, approver=ScriptedApprover(*decisions))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(TURNS, min_size=1, max_size=12),
    DECISIONS,
    BUDGETS,
    st.sampled_from(["read", "ask", "workspace"]),
    ENDS,
    st.sampled_from([4096, 16_384]),
)
def test_any_run_ends_in_good_order_and_is_what_its_journal_says(
    turns: list[Any],
    decisions: list[Any],
    budget: Budget,
    mode: Any,
    ends: list[tuple[int, str]],
    context: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_of(Path(folder), turns, decisions, context)
        event: Any = started(mode=mode, budget=budget)
        for after, how in [*ends, (0, "")]:
            run = bench.run()
            count = len(bench.chat_model.asks)
            original = bench.chat_model.stream

            def turn(
                *arguments: Any,
                run: Any = run,
                count: int = count,
                after: int = after,
                how: str = how,
                original: Any = original,
            ) -> ModelResponse:
                if how and len(bench.chat_model.asks) - count >= after:
                    getattr(run, how)()
                return original(*arguments)

            bench.chat_model.stream = turn  # type: ignore[method-assign]
            finished = run.go(event)
            bench.chat_model.stream = original  # type: ignore[method-assign]
            assert isinstance(finished, RunFinished) and finished.reason
            assert run._record.state == RunState.of(bench.journal.entries())
            assert rendered(run._record.history) == rendered(History.of(bench.journal.entries()))
            assert not broken_orders(bench.journal.log)
            event = RunResumed(budget, "Go on.")
        made = {event.call for event in bench.journal.events if isinstance(event, ToolCalled)}
        told = [event.call for event in bench.journal.events if isinstance(event, ToolResult)]
        assert len(told) == len(set(told)) and set(told) <= made
        assert finished.reason != "paused" and made == set(told)
        assert not (Path(folder) / "out.txt").exists()
        assert bench.snapshots is not None
        bench.snapshots.undo(bench.snapshots.plan(bench.journal.entries()))
        assert not list(bench.workspace.iterdir())
