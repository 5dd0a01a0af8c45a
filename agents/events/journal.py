"""Every kind of event, and the entries of a journal."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.events.effects import Background, HookRan, SnapshotTaken, Undone
from agents.events.runs import (
    PlanWritten,
    RunFinished,
    RunResumed,
    RunStarted,
    SubagentFinished,
    SubagentStarted,
)
from agents.events.turns import Approval, ContextTrimmed, ModelTurn, ToolCalled, ToolResult

RunEvent = (
    RunStarted
    | RunResumed
    | ModelTurn
    | ToolCalled
    | PlanWritten
    | Approval
    | SnapshotTaken
    | ToolResult
    | ContextTrimmed
    | SubagentStarted
    | SubagentFinished
    | RunFinished
    | HookRan
    | Undone
    | Background
)
_EVENTS: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)


def keeps_time(event: RunEvent) -> bool:
    """Whether the time of a run goes on up to this event. Not those that are written beside its work, or perhaps long
    after it ended without a word: what a call had changed is looked up after a crash, and its result counts the time.
    """
    return not (
        isinstance(event, Background | Undone)
        or (isinstance(event, SnapshotTaken) and event.phase == "after")
    )


class Entry(msgspec.Struct, frozen=True):
    """An event in its place: `seq` counts from 1 without a gap, `time` is in seconds since 1970."""

    run: int
    seq: int
    time: float
    event: RunEvent

    @property
    def kind(self) -> str:
        return str(type(self.event).__struct_config__.tag)

    def as_object(self) -> dict[str, Any]:
        """One flat object of JSON's types: run, seq, time, kind, and the fields of the event."""
        fields: dict[str, Any] = msgspec.to_builtins(self.event)
        return {"run": self.run, "seq": self.seq, "time": self.time} | fields


def decoded(body: bytes | str) -> RunEvent:
    """Decode an event from a journal's JSON. Raises msgspec.ValidationError."""
    return _EVENTS.decode(body)
