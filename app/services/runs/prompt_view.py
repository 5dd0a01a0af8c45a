"""The prompt of a run's turn, or of its next one, from the journal alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.api import Tool
from agents.context.prompt_view import seen
from agents.events import Entry, RunStarted
from agents.tools.search_collection import Found, SearchCollection
from app.services.runs.values import Seen
from app.store.records import RunRecord


def seen_in(record: RunRecord, entries: Sequence[Entry], tools: Sequence[Tool], step: int = 0) -> Seen:
    """The prompt of the turn `step`, 0: of the next one.

    `tools` are those whose schemas are known now; others are given by name alone.
    """
    names = [e.event.collection for e in entries if isinstance(e.event, RunStarted) and e.event.collection]
    searching = [SearchCollection(name, lambda query, limit: Found("", 0)) for name in names]
    sight = seen(entries, (*searching, *tools), step)
    return Seen(sight.messages, sight.tools, sight.parts, record.context)
