"""Run view: the state that a page shows, folded from its journal; the same live and replayed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from agents.events import (
    Approval,
    ContextPart,
    Entry,
    FileChange,
    ModelTurn,
    PlanWritten,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    SubagentStarted,
    ToolCalled,
    ToolResult,
    Undone,
    keeps_time,
)
from agents.permissions.values import ApprovalRequest, Grant
from agents.plan import PlanStep, against
from agents.run.state import RunState
from app.services.runs.background import background_of
from app.services.runs.place.programs import FINGERPRINT
from app.services.runs.values import RunView, Touched
from app.store.records import RUNS_UNDER_WAY, RunRecord

# Of which the plan is folded.
_OF_PLANS = (RunStarted, RunResumed, ToolCalled, ToolResult, PlanWritten, RunFinished)


def view_of(
    record: RunRecord,
    entries: Sequence[Entry],
    pending: ApprovalRequest | None = None,
    grants: Iterable[Grant] = (),
) -> RunView:
    """The view of a run whose journal is `entries`."""
    started = next((entry.event for entry in entries if isinstance(entry.event, RunStarted)), None)
    return RunView(
        record=record,
        plan=plan_of(entries),
        touched=touched(entries),
        allowed=tuple(grant for grant in grants if counts_in(grant, record)),
        parts=parts_of(entries),
        pending=pending,
        interrupted=() if record.state in RUNS_UNDER_WAY else interrupted(entries),
        seconds=seconds(entries),
        follows=tuple(file.path for file in started.follows) if started else (),
        unfollowed=started.unfollowed if started else (),
        background=background_of(entries, under_way=record.state in RUNS_UNDER_WAY),
    )


def plan_of(entries: Sequence[Entry]) -> tuple[PlanStep, ...]:
    """The latest plan: the steps that a person approved as far as they are done, else what the model shows."""
    state = RunState.of(entry for entry in entries if isinstance(entry.event, _OF_PLANS))
    if state.plan is None:
        return state.steps
    if state.approved:
        return against(state.approved, state.steps)
    return () if state.plan.state == "rejected" else tuple(map(PlanStep, state.plan.items))


def touched(entries: Sequence[Entry]) -> tuple[Touched, ...]:
    """Files that the run changed, each compared with its original state, by path."""
    first: dict[str, FileChange] = {}
    last: dict[str, FileChange] = {}
    calls: dict[str, list[str]] = {}
    undone: set[str] = set()
    conflicts: set[str] = set()
    for entry in entries:
        event = entry.event
        if isinstance(event, SnapshotTaken) and event.phase == "after":
            for change in event.files:
                first.setdefault(change.path, change)
                last[change.path] = change
                calls.setdefault(change.path, []).append(event.call)
                undone.discard(change.path)
                conflicts.discard(change.path)
        elif isinstance(event, Undone):
            conflicts.update(event.conflicts)
            for change in event.files:
                conflicts.discard(change.path)
                if change.path not in last:
                    continue
                if change.path in event.partly:
                    last[change.path] = change
                    undone.discard(change.path)
                    continue
                there = change.change != "deleted"
                was, left = first[change.path], last[change.path]
                as_left = (there, change.after) == (left.change != "deleted", left.after)
                if not event.redo and (there, change.after) == (was.change != "new", was.before):
                    undone.add(change.path)
                elif as_left or event.redo:
                    undone.discard(change.path)
                    if not as_left:  # an undo restores somebody's later version
                        conflicts.add(change.path)
    found: list[Touched] = []
    state: Literal["changed", "undone", "conflict"]
    for path in sorted(last):
        whole = merged(first[path], last[path])
        if whole is not None:
            state = "undone" if path in undone else "conflict" if path in conflicts else "changed"
            found.append(Touched(whole, tuple(calls[path]), state))
    return tuple(found)


def merged(first: FileChange, last: FileChange) -> FileChange | None:
    """Merge changes of the same path; None for a file that came and went."""
    if first is last:
        return first
    was, is_there = first.change != "new", last.change != "deleted"
    if not was and not is_there:
        return None
    change = FileChange(
        path=last.path,
        change="changed" if was and is_there else "new" if is_there else "deleted",
        before=first.before,
        after=last.after,
        bytes_before=first.bytes_before,
        bytes_after=last.bytes_after,
        mode=first.mode,
        mode_after=last.mode_after,
        kind=last.kind if is_there else first.kind,
        link=first.link,
        kept=first.kept and last.kept,
    )
    return None if was and is_there and change.before == change.after and change.before else change


def counts_in(grant: Grant, record: RunRecord) -> bool:
    """Whether a grant applies to a run, its tool and pattern aside. One to start runs is for none of their calls."""
    if grant.fingerprint == FINGERPRINT:
        return False
    if grant.scope == "run":
        return grant.run == record.id
    return grant.scope == "server" or grant.workspace == record.workspace


def parts_of(entries: Sequence[Entry]) -> tuple[ContextPart, ...]:
    """The parts of the last turn's prompt, in tokens."""
    for entry in reversed(entries):
        if isinstance(entry.event, ModelTurn) and entry.event.parts:
            return entry.event.parts
    return ()


def interrupted(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Allowed calls without a result: nobody knows how far they came. Those that gave a task away go on."""
    open_calls: dict[str, None] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Approval) and event.decision == "allowed":
            open_calls[event.call] = None
        elif isinstance(event, ToolResult | SubagentStarted):
            open_calls.pop(event.call, None)
    return tuple(open_calls)


def seconds(entries: Sequence[Entry]) -> float:
    """Duration of the run, without waiting for a person and without the time in which it was stopped."""
    total, before = 0.0, 0.0
    stands = True  # whether the time until the next event is excluded
    for entry in entries:
        event = entry.event
        if not keeps_time(event):
            continue
        waited = event.waited if isinstance(event, ToolResult) else 0.0
        if not (stands or isinstance(event, RunResumed)):  # nobody was there to say that it stood
            total += max(0.0, entry.time - before - waited)
        before = entry.time
        asked = (isinstance(event, Approval) and event.decision == "asked") or (
            isinstance(event, PlanWritten) and event.waits
        )
        stands = asked or isinstance(event, RunFinished)
    return total
