"""Gives tasks of one run to runs of their own, and waits for them on the threads of the calls."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from agents.api import Offered, Outcome, Tool, ToolContext
from agents.events import RunFinished, RunResumed, RunStarted, SubagentFinished, SubagentStarted
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import Grants
from agents.run.state import RunState
from agents.tools.delegate import diff_of
from agents.tools.files.diff import counts
from app.services.runs.asking import Asker
from app.services.runs.delegation import words
from app.services.runs.delegation.allowance import allowance
from app.services.runs.delegation.copies import make_copy, remove_copy
from app.services.runs.delegation.offers import changes_in, offered, put_in
from app.services.runs.delegation.relay import ChildGrants, RelayAsker
from app.services.runs.delegation.starting import chosen_model, problem_of, record_for, start_for, tools_for
from app.services.runs.journal import StoreJournal
from app.services.runs.parts import RunParts
from app.services.runs.start import RunStart
from app.store.records import RunRecord
from app.store.runs import Runs
from engine.errors import UserError

_LOOK = 0.1  # seconds
# How long a run may take to end that was told to; then its call ends without it.
_ENDING = 2.0


_WHY = {"run.copy_too_large": "it is too large", "run.copy_no_room": "the disk is nearly full"}


class _NoCopyError(Exception):
    """No copy could be made, and why."""


class Work(Protocol):
    """A run that is carried out."""

    def pause(self) -> None: ...

    def stop(self) -> None: ...

    def hurry(self) -> None: ...

    def join(self, seconds: float | None = None) -> bool: ...


# Begins to carry out a run with these tools.
Begin = Callable[[RunRecord, RunStarted | RunResumed, tuple[Tool, ...], Asker, Grants], Work]


class TaskDelegation:
    """Implements `Delegation` for the run of `record`, whose journal is `journal` and which has these `tools`."""

    def __init__(
        self,
        record: RunRecord,
        journal: StoreJournal,
        store: Runs,
        parts: RunParts,
        grants: Grants,
        tools: tuple[Tool, ...],
        begin: Begin,
    ) -> None:
        self._record, self._journal, self._store = record, journal, store
        self._tools = tools
        self._parts, self._grants, self._begin = parts, grants, begin
        self._lock = threading.Lock()
        self._works: dict[int, Work] = {}
        self._ending: Literal["", "pause", "stop"] = ""

    # --- what the run is told ---

    def end(self, how: Literal["pause", "stop"]) -> None:
        """The run is to end: those that it gave tasks to end first."""
        with self._lock:
            self._ending = how
            works = tuple(self._works.values())
        for work in works:
            work.pause() if how == "pause" else work.stop()

    def hurry(self) -> None:
        """No running tool is waited for any more."""
        for work in tuple(self._works.values()):
            work.hurry()

    # --- what its model wants ---

    def offered(self, run: int) -> tuple[Offered, ...]:
        child = next((one for one in self._store.children(self._record.id) if one.id == run), None)
        if child is None or child.workspace:
            raise UserError("run.not_given", run=run)
        entries = self._store.entries(run)
        return offered(entries, self._parts.snapshots(self._parts.workspace(child)))

    def give(self, task: str, context: ToolContext, *, changes: bool) -> Outcome:
        if self._ends(context):
            return self._broken_off()
        state = RunState.of(self._journal.entries())
        child, ended = self._begun(context.call)
        if child is not None and ended is not None:  # the process died before its result was written
            return self._outcome(child, ended)
        began = RunState.of(self._store.entries(child.id)) if child is not None else RunState()
        budget = allowance(state, time.time(), context.beside, began)
        tools = tools_for(state, self._tools, changes=changes)
        problem = problem_of(state, tools, budget, changes=changes)
        if problem or budget is None:
            return self._refused(child, task, context, problem)
        own = self._store.get(self._record.id).model
        model = chosen_model(own, self._parts.subagent_model())
        workspace = "" if changes else str(context.workspace.root)
        started = start_for(state, self._record.id, task, workspace, model, budget, changes=changes)
        resumed = child is not None
        if child is None:
            record = record_for(started, self._store.writer, time.time())
            child = self._store.add(record, 0, RunStart(started, tuple(tool.name for tool in tools)).kept())
        event = started if began.started is None else RunResumed(budget, mode=started.mode)
        told = SubagentStarted(
            context.call, child.id, task, child.model if child.model != own else "", changes, resumed
        )
        return self._carried(child, event, tools, told, context)

    # --- one of them ---

    def _carried(
        self,
        child: RunRecord,
        event: RunStarted | RunResumed,
        tools: tuple[Tool, ...],
        told: SubagentStarted,
        context: ToolContext,
    ) -> Outcome:
        workspace, place = context.workspace.root, self._parts.workspace(child).root
        notes = ""
        try:
            if told.copied:
                notes = self._copy(child, workspace)
                if isinstance(event, RunStarted):
                    event = _told_of_copy(event, place, workspace, notes)
            if self._ends(context):  # while the copy was made
                self._store.change(child.id, state="stopped", reason="user", writer="")
                return self._broken_off()
            self._journal.append(told)
            asker = RelayAsker(context.approver, self._record.id, child.id, told.task)
            grants = ChildGrants(self._grants, self._record.id, child.id, str(workspace), str(place))
            finished = self._waited(self._taken(child), event, tools, asker, grants, context)
            if finished.reason == "paused" and self._ends(context):
                return self._broken_off()
            return self._outcome(child, self._finished(child, finished, told.task, context), notes)
        except _NoCopyError as error:
            self._store.change(child.id, state="stopped", reason="ended", writer="")
            return self._refused(
                child if told.resumed else None, told.task, context, words.no_copy(str(error))
            )
        finally:
            if told.copied:
                remove_copy(workspace, place)

    def _ends(self, context: ToolContext) -> bool:
        """Whether the run is to end, or this call of it."""
        return bool(self._ending) or context.cancelled()

    def _broken_off(self) -> Outcome:
        """The run ends; paused, it goes on with this call."""
        return Outcome("", "interrupted", goes_on=self._ending == "pause")

    def _refused(self, child: RunRecord | None, task: str, context: ToolContext, why: str) -> Outcome:
        """Nothing is given away; a run that had begun is not gone on with."""
        if child is not None:
            self._finished(child, RunFinished("stopped", "ended", ""), task, context)
        return Outcome(why, "error")

    def _waited(
        self,
        child: RunRecord,
        event: RunStarted | RunResumed,
        tools: tuple[Tool, ...],
        asker: Asker,
        grants: Grants,
        context: ToolContext,
    ) -> RunFinished:
        """The end of the run; what there is of it where it does not end in time."""
        work = self._begin(child, event, tools, asker, grants)
        with self._lock:
            self._works[child.id] = work
            ending = self._ending
        if ending:  # wanted before it was known here
            work.pause() if ending == "pause" else work.stop()
        try:
            while not work.join(_LOOK):
                if context.cancelled():
                    asker.end()
                    work.stop()
                    work.join(_ENDING)
                    break
        finally:
            with self._lock:
                self._works.pop(child.id, None)
        entries = self._store.entries(child.id)
        last = entries[-1].event if entries else None
        if isinstance(last, RunFinished):
            return last
        state = RunState.of(entries)
        return state.totalled(
            RunFinished("stopped", "user" if context.cancelled() else "interrupted", state.said)
        )

    def _outcome(self, child: RunRecord, ended: SubagentFinished, notes: str = "") -> Outcome:
        """What the model is told of a run that has ended."""
        entries = self._store.entries(child.id)
        changes, unfit = changes_in(entries) if not child.workspace else ((), ())
        diff = ""
        if changes:
            with contextlib.suppress(UserError):  # told again when they are to be applied
                diff = diff_of(self.offered(child.id))
        text = words.told(ended, tuple(change.path for change in changes), unfit, notes, diff)
        tainted = RunState.of(entries).tainted
        status: Literal["ok", "error"] = "error" if ended.status == "failed" else "ok"
        # A model wrote it, of what it read.
        text, summary = text or "The helper gave no answer.", counts(diff) if diff else ""
        return Outcome(text, status, summary, untrusted=True, own=not tainted)

    def _finished(
        self, child: RunRecord, finished: RunFinished, task: str, context: ToolContext
    ) -> SubagentFinished:
        """Record the end of a run, with what all of it took."""
        entries = self._store.entries(child.id)
        total = RunState.of(entries).totalled(finished)
        ended = SubagentFinished(
            context.call,
            child.id,
            task,
            finished.status,
            finished.reason,
            finished.answer,
            total.tokens,
            max(total.seconds, finished.seconds),
            total.calls,
            0 if child.workspace else len(changes_in(entries)[0]),
            finished.error,
        )
        self._journal.append(ended)
        return ended

    def _copy(self, child: RunRecord, workspace: Path) -> str:
        """Make the copy, with what the run has changed in an earlier one; what is to be told of it. Raises
        _NoCopyError."""
        place, entries = self._parts.workspace(child), self._store.entries(child.id)
        try:
            copied = make_copy(workspace, place.root)
            put_in(offered(entries, self._parts.snapshots(place)), place)
        except UserError as error:
            raise _NoCopyError(_WHY.get(error.code) or str(error.params.get("detail", error.code))) from error
        except (OSError, PathRefused) as error:
            raise _NoCopyError(getattr(error, "strerror", None) or type(error).__name__) from error
        return words.without(copied.without)

    def _begun(self, call: str) -> tuple[RunRecord | None, SubagentFinished | None]:
        """The run that this call has begun, and how it ended."""
        child, ended = 0, None
        for entry in self._journal.entries():
            event = entry.event
            if isinstance(event, SubagentStarted) and event.call == call:
                child, ended = event.child, None
            elif isinstance(event, SubagentFinished) and event.call == call:
                ended = event
        return (self._store.get(child) if child else None), ended

    def _taken(self, child: RunRecord) -> RunRecord:
        """The record of the run as one that this process carries out."""
        taken = self._store.change(
            child.id, state="running", reason="", writer=self._store.writer, updated=time.time()
        )
        return taken or child


def _told_of_copy(event: RunStarted, copy: Path, workspace: Path, notes: str) -> RunStarted:
    """With what the run is told of its copy; its commands may read the repository that this belongs to."""
    is_worktree = (copy / ".git").is_file()
    return msgspec.structs.replace(
        event,
        task=f"{event.task}\n\n{notes}" if notes else event.task,
        readable=(*event.readable, str(workspace / ".git")) if is_worktree else event.readable,
    )
