"""What a model sees of a run, or saw in one of its turns, from the journal alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.context.history import History
from agents.events import Entry, ModelTurn
from agents.tools.tool import Tool, definition
from app.services.run_values import Seen
from app.services.run_view import parts_of
from app.store.records import RunRecord


def seen_in(record: RunRecord, entries: Sequence[Entry], tools: Sequence[Tool], step: int = 0) -> Seen:
    """What the turn `step` was asked with; 0: what the next one would be asked with.

    `tools` are those whose schemas are known now; what else was offered is told by name alone.
    """
    before, turn = _before(entries, step)
    history = History.of(before)
    names = turn.tools if turn is not None else history.offered
    known = {tool.name: definition(tool) for tool in tools}
    offered = known if names is None else {name: known.get(name, _named(name)) for name in names}
    parts = turn.parts if turn is not None else parts_of(before)
    return Seen(history.messages(), tuple(offered.values()), parts, record.context)


def _before(entries: Sequence[Entry], step: int) -> tuple[Sequence[Entry], ModelTurn | None]:
    """The events before a turn, and the turn; all of them and None for one that is not there."""
    for index, entry in enumerate(entries):
        if step and isinstance(entry.event, ModelTurn) and entry.event.step == step:
            return entries[:index], entry.event
    return entries, None


def _named(name: str) -> dict[str, object]:
    return {"type": "function", "function": {"name": name}}
