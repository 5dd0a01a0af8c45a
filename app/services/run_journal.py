"""A run's journal in the store, and the record in the list that follows from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from agents.events import (
    Approval,
    Entry,
    ModelTurn,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    Undone,
)
from app.services.events import RunChanged, RunEntries, ServiceEvent
from app.store.records import RunRecord, RunState
from app.store.run_store import RunStore

Tell = Callable[[list[ServiceEvent]], None]


class StoreJournal:
    """Keeps the `Journal` protocol. What is appended is told with the changed record, after it was written."""

    def __init__(self, store: RunStore, run: int, tell: Tell) -> None:
        self._store, self._run, self._tell = store, run, tell

    @property
    def run(self) -> int:
        return self._run

    def append(self, event: RunEvent) -> Entry:
        changed: RunRecord | None = None
        if fields := record_fields(event):
            # In one, or a run that ends with the program would be told as finished and as interrupted.
            entry, changed = self._store.append_and_change(self._run, event, updated=time.time(), **fields)
        else:
            entry = self._store.append(self._run, event)
        told: list[ServiceEvent] = [RunEntries(self._run, (entry,))]
        if changed is not None:
            told.append(RunChanged(changed))
        self._tell(told)
        return entry

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        return tuple(self._store.entries(self._run, after))

    def keep(self, text: str) -> str:
        return self._store.keep(self._run, text)

    def kept(self, handle: str) -> str:
        return self._store.kept(self._run, handle)


def record_fields(event: RunEvent) -> dict[str, Any]:
    """What an event changes of its run's record; nothing for most. Pure."""
    if isinstance(event, RunStarted):
        return {
            "state": "running",
            "model": event.model,
            "remote": event.remote,
            "steps": event.budget.steps,
            "context": event.context,
        }
    if isinstance(event, RunResumed):
        fields: dict[str, Any] = {"state": "running", "reason": "", "steps": event.budget.steps}
        fields |= {"context": event.context} if event.context else {}
        fields |= {"model": event.model, "remote": event.remote} if event.model else {}
        return fields | ({"mode": event.mode} if event.mode else {})
    if isinstance(event, ModelTurn):
        seen = sum(part.tokens for part in event.parts if part.name != "reserve")
        return {"step": event.step, "undone": False} | ({"tokens": seen} if seen else {})
    if isinstance(event, Approval):
        return {"state": "waiting" if event.decision == "asked" else "running"}
    if isinstance(event, RunFinished):
        return {"state": state_after(event), "reason": event.reason, "writer": ""}
    if isinstance(event, Undone):
        return {}
    return {}


def state_after(finished: RunFinished) -> RunState:
    """A run that was paused ends as a stopped one does, but is shown as what it is."""
    return "paused" if finished.reason == "paused" else finished.status
