"""A run as a journal has it, made up for the page: invoices that get better names."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import msgspec

from agents.budget import Budget
from agents.events import (
    Approval,
    ContextTrimmed,
    Entry,
    FileChange,
    ModelTurn,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    ToolCalled,
    ToolResult,
)
from agents.permissions.values import ApprovalRequest
from agents.plan import PlanStep
from app.services.runs.values import RunView
from app.services.runs.view import view_of
from app.store.records import RunRecord, RunState
from engine.values import Timings, ToolCall, Usage

TASK = "Give each invoice the date and the sender as its name, and write a list of them."
MOVES = 'mv "scan 0412.pdf" "2026-04-12 Hanbit.pdf"\nmv "scan 0419.pdf" "2026-04-19 Daum.pdf"'
PLAN = (
    PlanStep("List the folder", "done"),
    PlanStep("Read each invoice's date and sender", "done"),
    PlanStep("Rename the files", "doing"),
    PlanStep("Write a summary"),
)
DIFF = "--- /dev/null\n+++ b/plan.csv\n@@ -0,0 +1,2 @@\n+file,name\n+scan 0412.pdf,2026-04-12 Hanbit.pdf\n"


def started(task: str = TASK) -> RunStarted:
    return RunStarted(task, "/folder", "model", "ask", Budget(), (), "You do the task.", 16384)


def turn(
    step: int, *calls: str, reasoning: str = "", seconds: float = 0.0, content: str = "", **more: Any
) -> ModelTurn:
    made = tuple(ToolCall(call, "tool", {}) for call in calls)
    usage, timings = (
        Usage(completion_tokens=40, reasoning_tokens=30 if reasoning else 0),
        Timings(reasoning_s=seconds),
    )
    return ModelTurn(step, content, reasoning, made, "tool_calls" if made else "stop", usage, timings, **more)


def call(step: int, name: str, tool: str, **arguments: Any) -> ToolCalled:
    return ToolCalled(step, name, tool, arguments)


def allowed(name: str, by: Any = "mode", scope: Any = "") -> Approval:
    return Approval(name, "allowed", by, scope)


def result(name: str, text: str = "done", **more: Any) -> ToolResult:
    return ToolResult(name, more.pop("status", "ok"), text, seconds=0.2, **more)


def changed(name: str, *paths: str, change: Any = "new") -> SnapshotTaken:
    return SnapshotTaken(name, "after", tuple(FileChange(path, change, after="a" * 64) for path in paths))


def whole(
    step: int, name: str, tool: str, summary: str = "", text: str = "done", **arguments: Any
) -> list[RunEvent]:
    """A turn with one call that was carried out without a question."""
    return [
        turn(step, name),
        call(step, name, tool, **arguments),
        allowed(name),
        result(name, text, summary=summary),
    ]


def begun() -> list[RunEvent]:
    """Up to the question about the moves."""
    return [
        started(),
        *whole(1, "c1", "list_files", "14", "scan 0412.pdf\nscan 0419.pdf", path="."),
        *whole(2, "c2", "read_document", "", "Hanbit, 12 April 2026\nTotal 120,000", path="scan 0412.pdf"),
        turn(3, "c3", reasoning="The second one is from Daum.\nIts date stands at the foot.", seconds=6.2),
        call(3, "c3", "read_document", path="scan 0419.pdf"),
        allowed("c3"),
        result("c3", "Daum\n…\n19 April", handle="r1", bytes=200_000, untrusted=True),
        ContextTrimmed("results", calls=("c1", "c2", "c3")),
        turn(4, "c4", content="Now I write down **what goes where**."),
        call(4, "c4", "write_file", path="plan.csv", content="file,name"),
        allowed("c4", "user", "run"),
        SnapshotTaken("c4", "before"),
        changed("c4", "plan.csv"),
        result("c4", "Made 'plan.csv'.", summary="+2 −0", diff=DIFF),
        turn(5, "c5"),
        call(5, "c5", "shell", command=MOVES),
        Approval("c5", "asked", reasons=("shell",)),
    ]


ANSWER = """Both invoices have their **date and sender** as name.

| Before | Now |
|---|---|
| scan 0412.pdf | 2026-04-12 Hanbit.pdf |
| scan 0419.pdf | 2026-04-19 Daum.pdf |

The list is in `plan.csv`. More at [the tax office](https://example.org/tax).
![not fetched](https://example.org/pixel.png)
"""


def finished() -> list[RunEvent]:
    """The whole run."""
    return [
        *begun(),
        allowed("c5", "user", "once"),
        SnapshotTaken("c5", "before"),
        changed("c5", "2026-04-12 Hanbit.pdf", "2026-04-19 Daum.pdf"),
        result("c5", "", summary="exit code 0"),
        turn(6, content=ANSWER, reasoning="All is done.", seconds=1.5),
        RunFinished("completed", "answered", ANSWER),
    ]


def entries(events: Iterable[RunEvent], first: int = 1) -> tuple[Entry, ...]:
    return tuple(Entry(7, seq, 1_750_000_000.0 + seq, event) for seq, event in enumerate(events, first))


def question() -> ApprovalRequest:
    return ApprovalRequest(
        7,
        "c5",
        "shell",
        "shell",
        MOVES,
        reasons=("shell",),
        scopes=("run", "workspace"),
        pattern="mv",
        snapshot=True,
    )


def record(state: RunState = "running", **more: Any) -> RunRecord:
    return RunRecord(
        7, "Rename invoices", TASK, "/folder", "model", "ask", state, time.time(), time.time(), **more
    )


def view(events: Iterable[RunEvent], state: RunState = "running", **more: Any) -> RunView:
    folded = view_of(record(state), entries(events), more.pop("pending", None))
    return msgspec.structs.replace(folded, **more)


def long_run(steps: int) -> list[RunEvent]:
    events: list[RunEvent] = [started()]
    for number in range(1, steps + 1):
        events += whole(
            number, f"c{number}", "read_file", "1–40 / 120", "text\n" * 40, path=f"folder/문서 {number}.txt"
        )
    return events


RESUMED = RunResumed(Budget(), "Please also sort them by month.")
