"""Runs that this process carries out, each on a thread of its own: their control, their questions, their ends."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from agents.events import RunResumed, RunStarted
from agents.permissions.values import ApprovalRequest, Decision
from app.services.events import EventBus
from app.services.runs.asking import Asker
from app.services.runs.delegation.relay import standing
from app.services.runs.events import RunAsks, RunChanged, RunOver
from app.services.runs.journal import StoreJournal
from app.services.runs.kept_runs import KeptRuns
from app.services.runs.parts import MoreTools, RunParts
from app.services.runs.values import RunView
from app.services.runs.view import view_of
from app.services.runs.work import RunWork
from app.store.records import RUNS_UNDER_WAY, RunRecord
from app.store.store import Store
from engine.errors import UserError
from engine.remote.names import is_remote

if TYPE_CHECKING:
    from agents.api import Tool
    from agents.events import RetryChoice
    from agents.permissions.values import Grants
    from app.services.runs.delegation.delegation import TaskDelegation

LEAVE_PATIENCE = 5.0  # seconds that an ended run's thread may take to exit
END_PATIENCE = 15.0  # seconds that runs may take to end when the program does
TOOL_PATIENCE = 8.0  # of these, seconds for a running tool


class ActiveRuns(KeptRuns):
    """Holds the runs that are under way here."""

    def __init__(self, home: Path, store: Store, parts: RunParts, events: EventBus) -> None:
        super().__init__(home, store, parts, events)
        self._lock = threading.Lock()
        self._works: dict[int, RunWork] = {}
        # Runs whose end could not be recorded.
        self._unsaid: set[int] = set()
        self._closed = False

    def pause(self, id: int) -> None:
        """End a run soon, resumably; does nothing to one that does not run here."""
        if work := self._works.get(id):
            work.pause()

    def hurry(self, id: int) -> None:
        """Stop waiting for a running tool of a paused run: it is told to give up."""
        if work := self._works.get(id):
            work.hurry()

    def stop(self, id: int) -> None:
        """End a run now; it can be resumed as well."""
        if work := self._works.get(id):
            work.stop()

    def stop_background(self, id: int, name: str) -> None:
        """End a command in the background of a run, such as "b1"; waits until that is done."""
        if work := self._works.get(id):
            work.stop_background(name)

    def join(self, id: int, seconds: float | None = None) -> bool:
        """Wait until it has ended here; False on a timeout."""
        work = self._works.get(id)
        return work is None or work.join(seconds)

    def hold_model(self) -> bool:
        """Whether a run is carried out here with a model of this computer. Never blocks."""
        records = [work.record for work in tuple(self._works.values())]
        return any(not (record.remote or is_remote(record.model)) for record in records)

    def is_elsewhere(self, run: RunRecord) -> bool:
        """Whether another process, such as a command, carries it out; its events are not published here.

        Never blocks.
        """
        return run.state in RUNS_UNDER_WAY and run.writer != self._store.writer

    # --- questions ---

    def pending(self, id: int) -> ApprovalRequest | None:
        """The approval request that the run waits for."""
        work = self._works.get(id)
        return None if work is None else work.asker.pending

    def decide(self, id: int, call: str, decision: Decision) -> bool:
        """Answer an approval request; False when it is not open any more."""
        work = self._works.get(id)
        return work is not None and work.asker.decide(call, decision)

    def leave(self, id: int) -> None:
        """Mark a run as unattended."""
        if work := self._works.get(id):
            work.asker.leave()

    def view(self, id: int) -> RunView:
        """The state that a page shows besides the journal."""
        return view_of(self.get(id), self.entries(id), self.pending(id), self.grants.all())

    # --- beginnings and ends ---

    def close(self) -> None:
        """Pause active runs and wait for them, for a while for their tools; a run that does not end in time
        is found interrupted at the next start.
        """
        with self._lock:
            self._closed = True
            works = list(self._works.values())
        for work in works:
            work.pause()
        begun = time.monotonic()
        for work in works:
            work.join(max(0.0, begun + TOOL_PATIENCE - time.monotonic()))
        for work in works:
            work.hurry()
        for work in works:
            work.join(max(0.0, begun + END_PATIENCE - time.monotonic()))

    def _carry_out(
        self,
        record: RunRecord,
        event: RunStarted | RunResumed,
        started: RunStarted,
        tools: tuple[str, ...] | None,
        again: Mapping[str, RetryChoice],
        *,
        attended: bool,
        answer: int,
        more: MoreTools,
        program: str = "",
    ) -> None:
        id = record.id
        journal = StoreJournal(self._store, id, self._events)
        stand = standing(journal.stand)

        def told(request: ApprovalRequest | None) -> None:
            stand(request)
            self._events.publish(RunAsks(id, request))

        self._begin(
            record,
            event,
            started,
            journal,
            self._parts,
            self.grants,
            Asker(told, attended=attended),
            self._events,
            tools=tools,
            again=again,
            over=self._over,
            answer=answer,
            more=more,
            program=program,
            delegation=None
            if record.conversation
            else lambda found: self._delegation(record, journal, found),
        )

    def _begin(self, record: RunRecord, *arguments: Any, **named: Any) -> RunWork:
        work = RunWork(record, *arguments, **named)
        with self._lock:
            if self._closed:
                raise RuntimeError("the runs are closed")
            self._works[record.id] = work
        work.start()
        return work

    def _delegation(
        self, record: RunRecord, journal: StoreJournal, found: tuple[Tool, ...]
    ) -> TaskDelegation:
        from app.services.runs.delegation.delegation import TaskDelegation

        def begin(
            child: RunRecord,
            event: RunStarted | RunResumed,
            given: tuple[Tool, ...],
            asker: Asker,
            grants: Grants,
        ) -> RunWork:
            started = event if isinstance(event, RunStarted) else self.entries(child.id, limit=1)[0].event
            assert isinstance(started, RunStarted)
            return self._begin(
                child,
                event,
                started,
                StoreJournal(self._store, child.id, self._events),
                self._parts,
                grants,
                asker,
                self._events,
                given=given,
                again={},
                over=self._over,
            )

        return TaskDelegation(record, journal, self._store, self._parts, self.grants, found, begin)

    def _over(self, id: int) -> None:
        """On the run's thread, at its end."""
        with self._lock:
            self._works.pop(id, None)
        try:
            self._interrupted(id)
        except UserError:  # cannot be recorded now: repeated when it is next read
            with self._lock:
                self._unsaid.add(id)
            with contextlib.suppress(UserError):
                left = self._store.get(id)
                if left.state in RUNS_UNDER_WAY:
                    self._events.publish(
                        RunChanged(msgspec.structs.replace(left, state="interrupted", writer=""))
                    )
        finally:
            self._events.publish(RunOver(id))

    def _interrupted(self, id: int) -> None:
        """Record that a run whose end is unrecorded is interrupted. Raises UserError `store.*`."""
        writer = self._store.writer
        record = self._store.change(id, RUNS_UNDER_WAY, (writer,), state="interrupted", writer="")
        with self._lock:
            self._unsaid.discard(id)
        if record is not None:
            self._events.publish(RunChanged(record))

    def _free(self, id: int) -> RunRecord:
        """The record of an inactive run. Raises UserError `run.busy`, `run.elsewhere`."""
        record = self._store.get(id)
        if work := self._works.get(id):
            # Its end is published before its thread exits: a subscriber may request the next action at once.
            if record.state in RUNS_UNDER_WAY or not work.join(LEAVE_PATIENCE):
                raise UserError("run.busy")
            record = self._store.get(id)
        if id in self._unsaid:
            self._interrupted(id)
            record = self._store.get(id)
        if record.state in RUNS_UNDER_WAY:
            self._store.recover()
            record = self._store.get(id)
            if record.state in RUNS_UNDER_WAY:
                raise UserError("run.elsewhere")
        return record
