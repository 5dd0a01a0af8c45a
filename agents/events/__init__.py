"""Events of a run's journal: append-only, never changed.

The page of a run, its resumption, its replay and every export are made from these events and from nothing
else. An `Entry` is an event with its place; as JSON it is one flat object, `{"run", "seq", "time", "kind",
...}`.
"""

from agents.events.effects import Background, HookRan, SnapshotTaken, Undone
from agents.events.journal import Entry, RunEvent, decoded, keeps_time
from agents.events.runs import (
    PlanWritten,
    RunFinished,
    RunResumed,
    RunStarted,
    SubagentFinished,
    SubagentStarted,
)
from agents.events.turns import Approval, ContextTrimmed, ModelTurn, ToolCalled, ToolResult
from agents.events.values import (
    Attributes,
    BackgroundEnd,
    ContextPart,
    FileChange,
    Followed,
    Mode,
    Nested,
    ResultStatus,
    RetryChoice,
    RunStatus,
    Schemas,
    count_files,
)

__all__ = [
    "Approval",
    "Attributes",
    "Background",
    "BackgroundEnd",
    "ContextPart",
    "ContextTrimmed",
    "Entry",
    "FileChange",
    "Followed",
    "HookRan",
    "Mode",
    "ModelTurn",
    "Nested",
    "PlanWritten",
    "ResultStatus",
    "RetryChoice",
    "RunEvent",
    "RunFinished",
    "RunResumed",
    "RunStarted",
    "RunStatus",
    "Schemas",
    "SnapshotTaken",
    "SubagentFinished",
    "SubagentStarted",
    "ToolCalled",
    "ToolResult",
    "Undone",
    "count_files",
    "decoded",
    "keeps_time",
]
