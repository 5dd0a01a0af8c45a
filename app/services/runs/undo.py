"""Undo of runs' changes, and its snapshots."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from agents.events import SnapshotTaken, Undone
from agents.snapshots.values import UndoPlan
from app.services.events import EventBus
from app.services.runs.events import RunChanged
from app.services.runs.journal import StoreJournal
from app.services.runs.parts import RunParts
from app.services.runs.view import touched
from app.store.records import RunRecord
from app.store.runs import Runs
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.snapshots.snapshots import Snapshots


class RunUndo:
    """Plans and carries out undos, through the snapshots of each run's workspace."""

    def __init__(self, store: Runs, parts: RunParts, events: EventBus) -> None:
        self._store, self._parts, self._events = store, parts, events

    def plan(
        self,
        record: RunRecord,
        calls: Collection[str] | None,
        paths: Collection[str] | None,
        after: int,
    ) -> UndoPlan:
        """Raises UserError `run.nothing_to_undo`."""
        self.settle(record)
        entries = self._store.entries(record.id)
        plan = self._snapshots(record).plan(entries, calls, paths, after)
        if not plan.steps and not plan.attributes:
            raise UserError("run.nothing_to_undo")
        return plan

    def redo_plan(self, record: RunRecord) -> UndoPlan:
        """Raises UserError `run.nothing_to_redo`."""
        plan = self._snapshots(record).plan_redo(self._store.entries(record.id))
        if not plan.steps and not plan.attributes:
            raise UserError("run.nothing_to_redo")
        return plan

    def undo(
        self,
        record: RunRecord,
        plan: UndoPlan,
        force: Collection[str],
        stop: Callable[[], bool],
        progress: Callable[[int, int], None],
    ) -> Undone:
        """Carry out a plan and record it. Raises UserError `undo.*`."""
        undone = self._snapshots(record).undo(plan, force, stop, progress)
        StoreJournal(self._store, record.id, self._events).append(undone)
        left = [file for file in touched(self._store.entries(record.id)) if file.state != "undone"]
        changed = self._store.change(record.id, undone=not left, updated=time.time())
        if changed is not None:
            self._events.publish(RunChanged(changed))
        return undone

    def settle(self, record: RunRecord) -> None:
        """Find and record the changes of a call that was interrupted when its process died."""
        from agents.run.resuming import unnoted

        entries = self._store.entries(record.id)
        if not any(isinstance(entry.event, SnapshotTaken) for entry in entries):
            return
        journal = StoreJournal(self._store, record.id, self._events)
        workspace = self._parts.workspace(record)
        for event in unnoted(entries, self._parts.snapshots(workspace), workspace):
            journal.append(event)

    def collect(self, records: Iterable[RunRecord]) -> None:
        """Delete snapshots that no run needs any more. Takes as long as reading all journals."""
        from agents.snapshots.timeline import hashes

        needed: set[str] = set()
        snapshots = None
        for record in records:
            needed |= hashes(self._store.entries(record.id))
            snapshots = snapshots or self._snapshots(record)
        if snapshots is not None:
            snapshots.collect(needed)

    def _snapshots(self, record: RunRecord) -> Snapshots:
        return self._parts.snapshots(self._parts.workspace(record))
