"""Gives tasks of one run to runs of their own, and waits for them on the threads of the calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from agents.api import Offered, Outcome, ToolContext
from agents.events import RunFinished, RunResumed, RunStarted, SubagentFinished, SubagentStarted
from agents.permissions.values import Grants
from agents.run.state import RunState
from agents.tools.delegate import DELEGATING, diff_of
from agents.tools.files.diff import counts
from app.services.runs.asking import Asker
from app.services.runs.delegation import words
from app.services.runs.delegation.allowance import allowance
from app.services.runs.delegation.copies import make_copy, remove_copy
from app.services.runs.delegation.offers import changes_in, offered, put_in
from app.services.runs.delegation.relay import ChildGrants, RelayAsker
from app.services.runs.journal import StoreJournal
from app.services.runs.parts import RunParts
from app.services.runs.start import RunStart
from app.services.titles import title_from
from app.store.records import RunRecord
from app.store.runs import Runs
from engine.errors import ErrorInfo, UserError
from engine.remote.names import is_remote

_LOOK = 0.1  # seconds
# How long a run may take to end that was told to; then its call ends without it.
_ENDING = 2.0


class Work(Protocol):
    """A run that is carried out."""

    def pause(self) -> None: ...

    def stop(self) -> None: ...

    def hurry(self) -> None: ...

    def join(self, seconds: float | None = None) -> bool: ...


# Begins to carry out a run with these tools.
Begin = Callable[[RunRecord, RunStarted | RunResumed, tuple[str, ...], Asker, Grants], Work]


class TaskDelegation:
    """Implements `Delegation` for the run of `record`, whose journal is `journal`."""

    def __init__(
        self,
        record: RunRecord,
        journal: StoreJournal,
        store: Runs,
        parts: RunParts,
        grants: Grants,
        begin: Begin,
    ) -> None:
        self._record, self._journal, self._store = record, journal, store
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
        state = RunState.of(self._journal.entries())
        child = self._open(context.call)
        began = RunState.of(self._store.entries(child.id)) if child is not None else None
        if began is not None and began.started is None:
            began = None
        budget = allowance(state, time.time(), context.beside, began)
        tools = self._tools(state, changes=changes)
        problem = (
            words.READ_ONLY
            if changes and state.acting_mode == "read"
            else words.NO_TOOLS
            if not tools
            else words.NO_BUDGET
            if budget is None
            else ""
        )
        if problem or budget is None or state.started is None:
            return Outcome(problem or words.NO_BUDGET, "error")
        model = self._model()
        started = RunStarted(
            task,
            "" if changes else str(context.workspace.root),
            model,
            state.mode if changes else "read",
            budget,
            (),
            "",
            0,
            reasoning=state.started.reasoning,
            tainted=state.tainted,
            instructions=state.started.instructions,
            sampling=state.started.sampling,
            collection=state.started.collection,
            readable=state.started.readable,
            follows=state.started.follows,
            unfollowed=state.started.unfollowed,
            context_wish=state.started.context_wish if model == self._record.model else 0,
            parent=self._record.id,
            copied=changes,
        )
        resumed = child is not None
        if child is None:
            child = self._added(started, tools)
        event: RunStarted | RunResumed = started if began is None else RunResumed(budget)
        return self._carried(child, event, tools, task, context, resumed=resumed)

    # --- one of them ---

    def _carried(
        self,
        child: RunRecord,
        event: RunStarted | RunResumed,
        tools: tuple[str, ...],
        task: str,
        context: ToolContext,
        *,
        resumed: bool,
    ) -> Outcome:
        copied = not child.workspace
        notes = ""
        if copied:
            try:
                notes = self._copy(child, context.workspace.root)
            except UserError as error:
                return Outcome(words.no_copy(_why(error.info)), "error")
            except OSError as error:
                return Outcome(words.no_copy(error.strerror or type(error).__name__), "error")
        try:
            if copied and isinstance(event, RunStarted):
                event = self._told_of_copy(event, child, context.workspace.root, notes)
            model = child.model if child.model != self._record.model else ""
            self._journal.append(SubagentStarted(context.call, child.id, task, model, copied, resumed))
            folder = str(self._parts.workspace(child).root)
            asker = RelayAsker(context.approver if copied else None, self._record.id, child.id, task)
            grants = ChildGrants(self._grants, self._record.id, child.id, str(context.workspace.root), folder)
            finished = self._waited(child, self._taken(child), event, tools, asker, grants, context)
            if finished.reason == "paused" and self._ending == "pause":
                return Outcome("", "interrupted", goes_on=True)
            return self._ended(child, finished, task, context, notes)
        finally:
            if copied:
                remove_copy(context.workspace.root, self._parts.workspace(child).root)

    def _told_of_copy(self, event: RunStarted, child: RunRecord, workspace: Path, notes: str) -> RunStarted:
        """With what the run is told of its copy; its commands may read the repository that this belongs to."""
        repository = workspace / ".git"
        is_worktree = (self._parts.workspace(child).root / ".git").is_file()
        return msgspec.structs.replace(
            event,
            task=f"{event.task}\n\n{notes}" if notes else event.task,
            readable=(*event.readable, str(repository)) if is_worktree else event.readable,
        )

    def _waited(
        self,
        child: RunRecord,
        record: RunRecord,
        event: RunStarted | RunResumed,
        tools: tuple[str, ...],
        asker: Asker,
        grants: Grants,
        context: ToolContext,
    ) -> RunFinished:
        """The end of the run; what there is of it where it does not end in time."""
        work = self._begin(record, event, tools, asker, grants)
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

    def _ended(
        self, child: RunRecord, finished: RunFinished, task: str, context: ToolContext, notes: str
    ) -> Outcome:
        entries = self._store.entries(child.id)
        changes, unfit = changes_in(entries) if not child.workspace else ((), ())
        diff = ""
        if changes:
            try:
                diff = diff_of(self.offered(child.id))
            except UserError:
                diff = ""  # told again when they are to be applied
        ended = SubagentFinished(
            context.call,
            child.id,
            task,
            finished.status,
            finished.reason,
            finished.answer,
            max(0, finished.tokens),
            max(0.0, finished.seconds),
            max(0, finished.calls),
            len(changes),
            finished.error,
        )
        self._journal.append(ended)
        text = words.told(ended, tuple(change.path for change in changes), unfit, notes, diff)
        tainted = RunState.of(entries).tainted
        status: Literal["ok", "error"] = "error" if finished.status == "failed" else "ok"
        # A model wrote it, of what it read.
        text, summary = text or "The helper gave no answer.", counts(diff) if diff else ""
        return Outcome(text, status, summary, untrusted=True, own=not tainted)

    def _copy(self, child: RunRecord, workspace: Path) -> str:
        """Make the copy, with what the run has changed in an earlier one; what is to be told of it."""
        place = self._parts.workspace(child)
        copied = make_copy(workspace, place.root)
        entries = self._store.entries(child.id)
        if entries:
            put_in(offered(entries, self._parts.snapshots(place)), place)
        return words.without(copied.without)

    def _open(self, call: str) -> RunRecord | None:
        """The run that this call has begun, which has not ended."""
        begun: dict[int, None] = {}
        for entry in self._journal.entries():
            event = entry.event
            if isinstance(event, SubagentStarted) and event.call == call:
                begun[event.child] = None
            elif isinstance(event, SubagentFinished):
                begun.pop(event.child, None)
        return self._store.get(next(iter(begun))) if begun else None

    def _added(self, started: RunStarted, tools: tuple[str, ...]) -> RunRecord:
        now, start = time.time(), RunStart(started, tools)
        record = RunRecord(
            0,
            title_from(started.task),
            started.task,
            started.workspace,
            started.model,
            started.mode,
            "running",
            now,
            now,
            steps=started.budget.steps,
            writer=self._store.writer,
            parent=self._record.id,
        )
        return self._store.add(record, 0, start.kept())

    def _taken(self, child: RunRecord) -> RunRecord:
        """The record of the run as one that this process carries out."""
        taken = self._store.change(
            child.id, state="running", reason="", writer=self._store.writer, updated=time.time()
        )
        return taken or child

    def _tools(self, state: RunState, *, changes: bool) -> tuple[str, ...]:
        """Of the tools of this run those that may be had: what reads, and in a copy what changes files there."""
        names = set(state.started.tools if state.started else ()) - DELEGATING
        ours = [tool for tool in self._parts.builtin() if tool.name in names and not tool.facts.keeps]
        return tuple(
            tool.name for tool in ours if changes or (tool.facts.read_only and not tool.facts.network)
        )

    def _model(self) -> str:
        return chosen_model(self._store.get(self._record.id).model, self._parts.subagent_model())


def chosen_model(own: str, wanted: str) -> str:
    """The model that a person wants for such runs, else that of the run itself. Of the models of this computer one is
    loaded at a time."""
    return wanted if wanted and (is_remote(wanted) or is_remote(own)) else own


def _why(error: ErrorInfo) -> str:
    return {
        "run.copy_too_large": "it is too large",
        "run.copy_no_room": "the disk is nearly full",
    }.get(error.code, str(error.params.get("detail", error.code)))
