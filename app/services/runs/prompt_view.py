"""What a model sees of a run, or saw in one of its turns, from the journal alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.api import Tool
from agents.context.prompt_view import seen
from agents.events import Entry
from app.services.runs.values import Seen
from app.store.records import RunRecord


def seen_in(record: RunRecord, entries: Sequence[Entry], tools: Sequence[Tool], step: int = 0) -> Seen:
    """What the turn `step` was asked with; 0: what the next one would be asked with.

    `tools` are those whose schemas are known now; what else was offered is told by name alone.
    """
    sight = seen(entries, tools, step)
    return Seen(sight.messages, sight.tools, sight.parts, record.context)
