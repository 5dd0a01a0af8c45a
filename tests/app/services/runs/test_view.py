"""What a page shows of a run follows from its journal alone, and so do its exports."""

from __future__ import annotations

import json

import msgspec
import pytest

from agents.budget import Budget
from agents.events import (
    Approval,
    ContextPart,
    Entry,
    FileChange,
    HookRan,
    ModelTurn,
    PlanWritten,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    ToolCalled,
    ToolResult,
    Undone,
)
from agents.permissions.values import Grant
from agents.plan import PlanStep
from agents.run.state import RunState
from app.messages import messages
from app.services.runs.export import exported
from app.services.runs.reasons import REASONS, why_ended
from app.services.runs.view import touched, view_of
from app.store.records import RunRecord
from engine.errors import ErrorInfo
from engine.values import Timings, ToolCall, Usage

RECORD = RunRecord(7, "Say hi", "Say hi", "/w", "starter", "ask", "completed", 100.0, 120.0)
STARTED = RunStarted("Say hi", "/w", "starter", "ask", Budget(), ("write_file",), "You help.", 8192)
TURN = ModelTurn(
    1,
    "",
    "Hm.",
    (ToolCall("c", "write_file", {"path": "a.txt"}),),
    "stop",
    Usage(50, 0, 9, 2),
    Timings(),
    (ContextPart("system", 20), ContextPart("reserve", 100)),
)
NEW = FileChange("a.txt", "new", "", "aa", 0, 5)
EDITED = FileChange("a.txt", "changed", "aa", "bb", 5, 6)
GONE = FileChange("a.txt", "deleted", "bb", "", 6, 0)


def journal(*events: tuple[float, RunEvent]) -> list[Entry]:
    return [Entry(7, seq, time, event) for seq, (time, event) in enumerate(events, 1)]


def plan_call(call: str, items: object) -> RunEvent:
    return ToolCalled(1, call, "update_plan", {"items": items})


def test_the_time_of_waiting_for_a_person_and_of_standing_still_does_not_count() -> None:
    entries = journal(
        (100.0, STARTED),
        (102.0, TURN),
        (103.0, ToolCalled(1, "1", "write_file", {})),
        (103.0, Approval("1", "asked")),
        (163.0, Approval("1", "allowed", "user", "once")),
        (165.0, ToolResult("1", "ok", "done")),
        (166.0, RunFinished("stopped", "user", "")),
        (500.0, STARTED),
        (501.0, RunFinished("completed", "answered", "hi")),
    )
    assert view_of(RECORD, entries).seconds == pytest.approx(3 + 3 + 1)


def test_the_plan_is_the_last_one_that_was_told_with_success() -> None:
    entries = journal(
        (1, plan_call("1", [{"text": "List", "state": "doing"}])),
        (2, ToolResult("1", "ok", "")),
        (
            3,
            plan_call(
                "2", [{"text": " List ", "state": "done"}, "Write", {"text": "Check", "state": "soon"}, 5, {}]
            ),
        ),
        (4, ToolResult("2", "ok", "")),
        (5, plan_call("3", "nonsense")),
        (6, ToolResult("3", "error", "no")),
    )
    assert [(item.text, item.state) for item in view_of(RECORD, entries).plan] == [
        ("List", "done"),
        ("Write", "todo"),
        ("Check", "todo"),
    ]


def test_the_time_after_a_crash_does_not_count_though_its_changes_were_looked_up_and_undone_meanwhile() -> (
    None
):
    entries = journal(
        (100.0, STARTED),
        (102.0, TURN),
        (102.0, ToolCalled(1, "1", "shell", {})),
        (103.0, SnapshotTaken("1", "before")),
        (500.0, SnapshotTaken("1", "after", (GONE,))),
        (600.0, Undone(("1",), (GONE,))),
        (700.0, RunResumed(Budget())),
        (701.0, ToolResult("1", "interrupted", "Not known.")),
        (702.0, RunFinished("completed", "answered", "hi")),
    )
    told = RunState.of(entries).totalled(RunFinished("completed", "answered", "hi"))
    assert (view_of(RECORD, entries).seconds, told.seconds) == (5.0, 5.0)


def test_a_plan_that_waits_is_shown_takes_no_time_and_is_ticked_once_it_is_approved() -> None:
    call = {"items": [{"text": "1. write b.txt", "state": "done"}, {"text": "Clean up"}]}
    events = [
        (100.0, STARTED),
        (101.0, PlanWritten("proposed", ("Write",), "model")),
        (500.0, PlanWritten("edited", ("Write b.txt", "Test"), "user")),
        (500.0, PlanWritten("approved", ("Write b.txt", "Test"), "user")),
        (501.0, ToolCalled(2, "c2", "update_plan", call)),
        (502.0, ToolResult("c2", "ok", "The plan is shown.")),
    ]
    assert view_of(RECORD, journal(*events[:2])).plan == (PlanStep("Write"),)
    rejected = (103.0, PlanWritten("rejected", ("Write",), "user", "No."))
    assert view_of(RECORD, journal(*events[:2], rejected)).plan == ()
    seen = view_of(RECORD, journal(*events))
    assert seen.plan == (PlanStep("Write b.txt", "done"), PlanStep("Test"))
    assert seen.seconds == 3.0


def test_changes_of_one_file_are_one_and_a_file_that_came_and_went_is_none() -> None:
    def after(call: str, change: FileChange) -> tuple[float, RunEvent]:
        return (float(call), SnapshotTaken(call, "after", (change,)))

    (file,) = view_of(RECORD, journal(after("1", NEW), after("2", EDITED))).touched
    assert (file.change.change, file.change.before, file.change.after, file.calls) == (
        "new",
        "",
        "bb",
        ("1", "2"),
    )
    assert view_of(RECORD, journal(after("1", NEW), after("2", EDITED), after("3", GONE))).touched == ()
    undone = Undone(("1", "2"), (FileChange("a.txt", "deleted", "bb", "", 6, 0),))
    entries = journal(after("1", NEW), after("2", EDITED), (3, undone))
    assert [file.state for file in view_of(RECORD, entries).touched] == ["undone"]


def test_a_new_folder_that_was_removed_again_is_undone() -> None:
    taken = SnapshotTaken("c1", "after", (FileChange("d", "new", kind="folder"),))
    undone = Undone(("c1",), (FileChange("d", "deleted", kind="folder"),))
    assert [file.state for file in touched(journal((1.0, taken), (2.0, undone)))] == ["undone"]


def test_a_file_that_somebody_changed_is_a_conflict_until_the_run_or_an_undoing_changes_it_again() -> None:
    made = FileChange("a", "new", after="1")
    journaled = journal((0.0, SnapshotTaken("c1", "after", (made,))), (1.0, Undone(("c1",), (), ("a",))))
    assert [file.state for file in touched(journaled)] == ["conflict"]
    back = Undone(("c1",), (FileChange("a", "deleted", before="1"),))
    assert [file.state for file in touched([*journaled, *journal((2.0, back))])] == ["undone"]
    forced = Undone(("c1",), (FileChange("a", "deleted", before="2"),))
    redone = Undone(("c1",), (FileChange("a", "new", after="2"),), redo=True)
    entries = [*journaled, *journal((2.0, forced), (3.0, redone))]
    assert [file.state for file in touched(entries)] == ["conflict"]
    again = SnapshotTaken("c2", "after", (FileChange("a", "changed", before="2", after="3"),))
    assert [file.state for file in touched([*journaled, *journal((2.0, again))])] == ["changed"]


def test_a_call_that_was_allowed_and_has_no_result_is_interrupted_once_the_run_is_not_under_way() -> None:
    entries = journal(
        (1, ToolCalled(1, "1", "write_file", {})),
        (2, Approval("1", "allowed", "mode")),
        (3, ToolCalled(1, "2", "write_file", {})),
    )
    assert view_of(RECORD, entries).interrupted == ("1",)


def test_grants_of_other_runs_and_folders_do_not_count() -> None:
    grants = (
        Grant("a", "run", "shell", 1.0, run=7),
        Grant("b", "run", "shell", 1.0, run=8),
        Grant("c", "workspace", "shell", 1.0, workspace="/w"),
        Grant("d", "workspace", "shell", 1.0, workspace="/w/other"),
        Grant("e", "server", "", 1.0, server="time"),
    )
    assert [grant.id for grant in view_of(RECORD, [], grants=grants).allowed] == ["a", "c", "e"]


WHOLE = journal(
    (100.0, STARTED),
    (102.0, TURN),
    (103.0, ToolCalled(1, "1", "write_file", {"path": "a.txt", "content": "``` x"})),
    (103.0, Approval("1", "allowed", "mode")),
    (103.5, SnapshotTaken("1", "after", (NEW,))),
    (104.0, ToolResult("1", "error", "No: ``` broken", seconds=0.5)),
    (105.0, RunFinished("completed", "answered", "안녕")),
)


def test_json_lines_are_the_contracts_events() -> None:
    lines = [json.loads(line) for line in exported(RECORD, WHOLE, "jsonl").splitlines()]
    assert [line["kind"] for line in lines] == [entry.kind for entry in WHOLE]
    assert all({"run", "seq", "time", "kind"} <= line.keys() for line in lines)
    assert lines[-1]["answer"] == "안녕"


def test_markdown_cannot_be_broken_out_of_by_what_a_tool_says() -> None:
    text = exported(RECORD, WHOLE, "markdown")
    assert text.startswith("# Say hi\n")
    assert "````\nNo: ``` broken\n````" in text
    assert text.rstrip().endswith("안녕")


def test_a_trace_has_a_span_for_the_run_each_turn_and_each_call() -> None:
    trace = json.loads(exported(RECORD, WHOLE, "otel"))
    spans = trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert [span["name"] for span in spans] == [
        "invoke_agent Say hi",
        "chat starter",
        "execute_tool write_file",
    ]
    root, chat, tool = spans
    assert {chat["parentSpanId"], tool["parentSpanId"]} == {root["spanId"]}
    assert len({span["traceId"] for span in spans}) == 1 and len(root["traceId"]) == 32
    assert tool["status"] == {"code": 2}
    attributes = {each["key"]: each["value"] for each in chat["attributes"]}
    assert attributes["gen_ai.usage.output_tokens"] == {"intValue": "9"}
    assert int(tool["endTimeUnixNano"]) - int(tool["startTimeUnixNano"]) == pytest.approx(5e8, rel=1e-3)


def test_a_trace_has_a_span_for_each_hook() -> None:
    ran = HookRan("h1", "step", "ruff format", "ok", seconds=0.5)
    failed = HookRan("h2", "end", "pytest", "failed", seconds=2.0, code=1)
    trace = json.loads(exported(RECORD, journal((100.0, STARTED), (102.0, ran), (110.0, failed)), "otel"))
    root, format_span, test_span = trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (format_span["name"], test_span["name"]) == ("hook step", "hook end")
    assert {format_span["parentSpanId"], test_span["parentSpanId"]} == {root["spanId"]}
    assert format_span["spanId"] != test_span["spanId"]
    assert test_span["startTimeUnixNano"] == str(108 * 10**9) and test_span["status"] == {"code": 2}
    attributes = {each["key"]: each["value"] for each in test_span["attributes"]}
    assert attributes["coterie.hook.command"] == {"stringValue": "pytest"}
    assert attributes["coterie.hook.exit_code"] == {"intValue": "1"}


def test_a_trace_tells_what_was_reused_drafted_and_waited_for() -> None:
    usage = Usage(50, 40, 9, 2, 6, 4, ErrorInfo("reuse.tools", {"tokens": 10}))
    turn = msgspec.structs.replace(TURN, usage=usage, timings=Timings(ttft_s=0.5, queue_s=0.25, batch=2.5))
    entries = journal((100.0, STARTED), (102.0, turn), (103.0, msgspec.structs.replace(turn, step=2)))
    trace = json.loads(exported(RECORD, entries, "otel"))
    root, chat, _ = (
        {each["key"]: each["value"] for each in span["attributes"]}
        for span in trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
    )
    assert chat["gen_ai.usage.cache_read.input_tokens"] == {"intValue": "40"}
    assert chat["gen_ai.response.time_to_first_chunk"] == {"doubleValue": 0.5}
    assert chat["coterie.queue_s"] == {"doubleValue": 0.25} and chat["coterie.batch"] == {"doubleValue": 2.5}
    assert chat["coterie.reread.reason"] == {"stringValue": "reuse.tools"}
    assert "coterie.prefill_s" not in chat  # not measured
    assert root["gen_ai.usage.cache_read.input_tokens"] == {"intValue": "80"}
    assert root["coterie.usage.accepted_tokens"] == {"intValue": "8"}


def test_the_journal_has_every_count_of_a_turn_also_one_that_is_0() -> None:
    line = json.loads(exported(RECORD, journal((102.0, TURN)), "jsonl"))
    assert set(line["usage"]) == set(Usage.__struct_encode_fields__)
    assert set(line["timings"]) == set(Timings.__struct_fields__)


def test_each_reason_has_a_sentence_and_an_error_says_more() -> None:
    assert all(f"errors.{why_ended(reason).code}" in messages("en") for reason in REASONS)
    error = ErrorInfo("engine.no_model")
    assert why_ended("model", error) == error
    assert why_ended("steps", error).code == "run.ended_steps"
    assert why_ended("something new").code == "run.ended_ended"
