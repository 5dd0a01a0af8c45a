"""The prompt of any past turn of a run, or of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from agents.api import Tool
from agents.context.finding import FindTools
from agents.context.history import History
from agents.context.reading import ReadResult
from agents.context.rendering import rendered
from agents.context.schemas import told
from agents.events import ContextPart, Entry, ModelTurn, RunStarted
from engine.values import Message


class Sight(msgspec.Struct, frozen=True):
    """The exact messages and definitions, and the tokens per part of a context of `context` tokens.

    `parts` are those that were counted for the turn; of what would be seen now, those of the last turn.
    """

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]
    parts: tuple[ContextPart, ...]
    context: int


def seen(entries: Iterable[Entry], tools: Sequence[Tool], step: int = 0) -> Sight:
    """The prompt of this step, 0: of the next step, before anything is trimmed for it.

    `tools` are those of the run, those of this package aside; of one that is gone only the name is told. Of a
    step that was tried several times the last try counts.
    """
    entries = list(entries)
    end, turn = _turn(entries, step)
    history = History.of(entries[:end])
    started = next((entry.event for entry in entries if isinstance(entry.event, RunStarted)), None)
    return Sight(
        messages=rendered(history),
        tools=_definitions(history, tools, turn, started),
        parts=turn.parts if turn else (),
        context=started.context if started else 0,
    )


def _turn(entries: Sequence[Entry], step: int) -> tuple[int, ModelTurn | None]:
    """The turn, and where the entries it saw end."""
    last: ModelTurn | None = None
    for place in range(len(entries) - 1, -1, -1):
        event = entries[place].event
        if isinstance(event, ModelTurn):
            last = last or event
            if step and event.step == step:
                return place, event
    return len(entries), last


def _definitions(
    history: History, tools: Sequence[Tool], turn: ModelTurn | None, started: RunStarted | None
) -> tuple[dict[str, Any], ...]:
    ours: tuple[Tool, ...] = (ReadResult(), FindTools(tools))
    known = {tool.name: tool for tool in (*ours, *tools)}
    names = history.offered or (turn.tools if turn else ()) or (started.tools if started else ())
    return tuple(
        told(known[name], history.schemas)
        if name in known
        else {"type": "function", "function": {"name": name, "description": "", "parameters": {}}}
        for name in names
    )
