"""Runs over scripted models with real tools and rules, in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from agents.api import Tool, ToolContext
from agents.budget import Budget
from agents.events import Entry, RunStarted
from agents.permissions.values import ApprovalRequest, Decision, Grant
from agents.run.run import Run
from agents.run.state import RunState
from agents.snapshots.snapshots import Snapshots
from agents.workspace.workspace import Workspace
from tests.support.agents.journals import ListJournal
from tests.support.agents.scripted_brain import ScriptedBrain


class ScriptedApprover:
    """Decides as `answers` say, then with the last one. A call of an answer decides by the request."""

    def __init__(self, *answers: Decision | Callable[[ApprovalRequest], Decision | None] | None) -> None:
        self.answers = list(answers) or [None]
        self.asked: list[ApprovalRequest] = []

    def ask(self, request: ApprovalRequest) -> Decision | None:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request) if callable(answer) else answer


class ListGrants:
    def __init__(self) -> None:
        self.kept: list[Grant] = []
        self.uses: list[str] = []

    def all(self) -> tuple[Grant, ...]:
        return tuple(self.kept)

    def add(self, grant: Grant) -> Grant:
        self.kept.append(grant)
        return grant

    def used(self, id: str) -> None:
        self.uses.append(id)

    def revoke(self, id: str) -> None:
        self.kept = [grant for grant in self.kept if grant.id != id]


def started(task: str = "Do it.", **fields: Any) -> RunStarted:
    plain = RunStarted(task, "", "", "workspace", Budget(), (), "", 0)
    return msgspec.structs.replace(plain, **fields)


class Bench:
    """All that a run needs, in `folder`."""

    def __init__(
        self,
        folder: Path,
        chat_model: ScriptedBrain,
        tools: Sequence[Tool] = (),
        *,
        approver: ScriptedApprover | None = None,
        journal: ListJournal | None = None,
        undoable: bool = True,
        **options: Any,
    ) -> None:
        self.workspace = folder / "workspace"
        for name in ("workspace", "trash", "scratch"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.chat_model, self.tools = chat_model, tuple(tools)
        self.journal = journal or ListJournal()
        self.approver = approver or ScriptedApprover()
        self.grants = ListGrants()
        workspace = Workspace.at(self.workspace)
        self.snapshots = Snapshots(folder / "snapshots", workspace) if undoable else None
        self.here = ToolContext(
            workspace,
            None,
            folder / "trash",
            folder / "scratch",
            lambda: False,
            self.journal.kept,
        )
        self.options = {"pauses": (0.0, 0.0), "grace": 0.2} | options

    def run(self) -> Run:
        """A run over the same journal: the first one, or one of a process that came up again."""
        return Run(
            self.journal,
            self.chat_model,
            self.tools,
            approver=self.approver,
            grants=self.grants,
            tool_context=self.here,
            snapshots=self.snapshots,
            **self.options,
        )

    def state(self) -> RunState:
        return RunState.of(self.journal.entries())


def broken_orders(entries: Sequence[Entry]) -> list[str]:
    """What is wrong with the order of events; nothing is wrong with that of a run."""
    from agents.events import (
        Approval,
        ModelTurn,
        RunFinished,
        RunResumed,
        SnapshotTaken,
        ToolCalled,
        ToolResult,
    )

    wrong: list[str] = []
    calls: dict[str, str] = {}
    over = False
    for place, entry in enumerate(entries):
        event = entry.event
        if entry.seq != place + 1:
            wrong.append(f"{entry.seq} at place {place}")
        if over and not isinstance(event, RunResumed):
            wrong.append(f"{entry.seq}: {entry.kind} behind the end")
        over = isinstance(event, RunFinished)
        match event:
            case RunStarted() if place:
                wrong.append(f"{entry.seq}: started again")
            case ModelTurn():
                wrong += [
                    f"{entry.seq}: turn while {call} is {state}"
                    for call, state in calls.items()
                    if state != "done"
                ]
            case ToolCalled():
                if event.call in calls:
                    wrong.append(f"{entry.seq}: {event.call} called again")
                calls[event.call] = "called"
            case Approval() | SnapshotTaken():
                if calls.get(event.call, "done") == "done":
                    wrong.append(f"{entry.seq}: {entry.kind} of {event.call} out of place")
                elif isinstance(event, SnapshotTaken) and calls[event.call] != "allowed":
                    wrong.append(f"{entry.seq}: snapshot of {event.call} that is {calls[event.call]}")
                elif isinstance(event, Approval):
                    calls[event.call] = event.decision
            case ToolResult():
                before = calls.get(event.call, "unknown")
                if before in ("done", "unknown", "asked") and event.status != "skipped":
                    wrong.append(f"{entry.seq}: result of {event.call} that is {before}")
                if event.status in ("ok", "timeout") and before != "allowed":
                    wrong.append(f"{entry.seq}: {event.call} was carried out while {before}")
                calls[event.call] = "done"
            case _:
                pass
    return wrong
