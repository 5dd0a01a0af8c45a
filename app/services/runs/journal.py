"""A run's journal in the store, and the record derived from it."""

from __future__ import annotations

import logging
import time
from typing import Any

from agents.events import (
    Approval,
    Entry,
    ModelTurn,
    PlanWritten,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    SubagentFinished,
    ToolResult,
)
from app.services.events import EventBus, ServiceEvent
from app.services.runs.events import RunChanged, RunEntries
from app.store.records import RunState
from app.store.runs import Runs

log = logging.getLogger(__name__)


class StoreJournal:
    """Implements `Journal`.

    What is appended is told with the changed record, after it was written. `last` is the last event that was
    written here.
    """

    def __init__(self, store: Runs, run: int, events: EventBus) -> None:
        self._store, self._run, self._events = store, run, events
        self.last: RunEvent | None = None

    @property
    def run(self) -> int:
        return self._run

    def append(self, event: RunEvent) -> Entry:
        entry = self._store.append(self._run, event)
        self.last = entry.event
        log.info("Run %d, event %d: %s", self._run, entry.seq, _in_numbers(event))
        told: list[ServiceEvent] = [RunEntries(self._run, (entry,))]
        try:
            told += self._noted(event)
        finally:  # the event is written, whatever becomes of the record
            self._events.publish(*told)
        return entry

    def stand(self, state: RunState) -> None:
        """Show the run in this state, of which no event tells."""
        changed = self._store.change(self._run, updated=time.time(), state=state)
        if changed is not None:
            self._events.publish(RunChanged(changed))

    def note_last(self) -> None:
        """Update the record from the last event again, where that failed."""
        if self.last is not None:
            self._events.publish(*self._noted(self.last))

    def _noted(self, event: RunEvent) -> list[ServiceEvent]:
        fields = record_fields(event)
        changed = self._store.change(self._run, updated=time.time(), **fields) if fields else None
        return [] if changed is None else [RunChanged(changed)]

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        return tuple(self._store.entries(self._run, after))

    def keep(self, text: str) -> str:
        return self._store.keep(self._run, text)

    def kept(self, handle: str) -> str:
        return self._store.kept(self._run, handle)


def _in_numbers(event: RunEvent) -> str:
    """The event's kind, and its fields that contain no text."""
    kind = type(event).__name__
    if isinstance(event, ModelTurn):
        usage = event.usage
        return f"{kind} {event.step}, {event.finish_reason}, {usage.prompt_tokens} + {usage.completion_tokens} tokens"
    if isinstance(event, ToolResult):
        return f"{kind}, {event.status}, {event.seconds:.1f} s"
    if isinstance(event, SubagentFinished):
        return f"{kind}, run {event.child}, {event.status}, {event.reason}"
    if isinstance(event, RunFinished):
        return f"{kind}, {event.status}, {event.reason}{f', {event.error.code}' if event.error else ''}"
    return kind


def record_fields(event: RunEvent) -> dict[str, Any]:
    """Changes that an event makes to its run's record; none for most. Pure."""
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
        # Together with the reserve it is the whole context, which differs with another model.
        context = sum(part.tokens for part in event.parts)
        return {"step": event.step, "undone": False} | ({"tokens": seen, "context": context} if seen else {})
    if isinstance(event, Approval):
        return {"state": "waiting" if event.decision == "asked" else "running"}
    if isinstance(event, PlanWritten):
        return {"state": "waiting" if event.waits else "running"}
    if isinstance(event, RunFinished):
        return {"state": state_after(event), "reason": event.reason, "writer": ""}
    return {}


def state_after(finished: RunFinished) -> RunState:
    """The state after the end: a paused run ends as a stopped one does, but is shown as paused."""
    return "paused" if finished.reason == "paused" else finished.status
