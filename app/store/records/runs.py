"""Runs of agents, and how well models call tools."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.events import Entry, Mode

# "waiting": for approval. "interrupted": its process died; it can be resumed.
RunState = Literal["running", "waiting", "paused", "completed", "stopped", "failed", "interrupted"]
RUNS_UNDER_WAY: tuple[RunState, ...] = ("running", "waiting")


class RunRecord(msgspec.Struct, frozen=True):
    """A run in the list.

    `reason` as in `RunFinished`, `step` the last turn's number of `steps` that it may take, `tokens` what the
    model saw last of its `context`. `undone`: everything it changed was put back. `writer` names the process
    that carries it out, "" when none does. `conversation` is that of a chat whose answer it is, else 0;
    `parent` the run that gave it its task, else 0.
    """

    id: int
    title: str
    task: str
    workspace: str
    model: str
    mode: Mode
    state: RunState
    created: float
    updated: float
    reason: str = ""
    recipe: str = ""
    remote: bool = False
    step: int = 0
    steps: int = 0
    tokens: int = 0
    context: int = 0
    undone: bool = False
    writer: str = ""
    trashed: float | None = None
    conversation: int = 0
    parent: int = 0


class WholeRun(msgspec.Struct, frozen=True):
    """A run of a chat with its journal, and its long texts by their handles."""

    record: RunRecord
    entries: tuple[Entry, ...]
    texts: dict[str, str] = {}


ToolRating = Literal["good", "fair", "poor"]


class ToolCheck(msgspec.Struct, frozen=True):
    """Result of a tool check: `passed` of `total` tasks, with `details` of each.

    `model` identifies the file that was checked.
    """

    model: str
    time: float
    rating: ToolRating
    passed: int
    total: int
    details: str = ""
