"""The tool that searches a collection, whose passages become sources of the answer that its run writes.

Methods block on the disk and on the embedding model: call them off the GUI thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.events import Entry, ToolCalled, ToolResult
from agents.tools.search_collection import SEARCH_COLLECTION, Found, SearchCollection
from app.services.chat.attachments.weighing import MOST_FOUND, room_of_search
from app.services.chat.citations.sources import passages_told, sources_for
from app.services.chat.collections.collection_search import source_of
from app.store.records import Source

if TYPE_CHECKING:
    from agents.api import Journal, Tool
    from app.services.collections.collections import Collections
    from app.services.models.models import Models
    from app.store.records import RunRecord
    from app.store.store import Store

_NUMBERED = re.compile(r"^\[(\d+)\] ", re.MULTILINE)
# For the model.
_NOTHING = "Nothing in the documents is about that. Try other words."
_UNREAD = "{count} documents have not been read yet and cannot be found."


class CollectionTools:
    """Makes the tool for the runs of a data folder."""

    def __init__(self, store: Store, collections: Collections, models: Models) -> None:
        self._store, self._collections, self._models = store, collections, models

    def tool(self, collection: str, run: RunRecord, answer: int, journal: Journal) -> Tool:
        """The tool for a run; what it finds is kept with the `answer`, whose numbers go on behind those of its
        branch; without one (0) in the journal alone."""
        if not answer:
            return SearchCollection(
                collection, self._searching(collection, (), next_found(journal.entries()), lambda _: None)
            )
        kept = self._store.messages.given(run.conversation)
        given = {message: each.sources for message, each in kept.items()}
        path = self._store.messages.path(run.conversation)
        told = (
            source for message in (path if answer in path else given) for source in given.get(message, ())
        )
        first = 1 + max((source.number for source in told), default=0)

        def keep(sources: Sequence[Source]) -> None:
            self._store.messages.set_sources(answer, sources)

        return SearchCollection(collection, self._searching(collection, given.get(answer, ()), first, keep))

    def _searching(
        self, collection: str, known: Iterable[Source], first: int, keep: Callable[[Sequence[Source]], None]
    ) -> Callable[[str, int], Found]:
        found = _Found(known, first)

        def search(query: str, limit: int) -> Found:
            facts = self._models.state.facts
            room = MOST_FOUND if facts is None else room_of_search(facts.context)
            hits = self._collections.search(collection, query, limit)
            sources = found.numbered(sources_for((source_of(hit.passage) for hit in hits), room))
            keep(found.all)
            waiting = self._collections.waiting(collection)
            told = [passages_told(sources) or _NOTHING, *([_UNREAD.format(count=waiting)] if waiting else ())]
            return Found("\n\n".join(told), len(sources))

        return search


class _Found:
    """The sources of all searches, one that is found again under the number that it has."""

    def __init__(self, known: Iterable[Source], first: int) -> None:
        self._known = {_without_number(source): source for source in known}
        self._next = first

    @property
    def all(self) -> tuple[Source, ...]:
        return tuple(self._known.values())

    def numbered(self, sources: Sequence[Source]) -> list[Source]:
        for source in map(_without_number, sources):
            if source not in self._known:
                self._known[source] = msgspec.structs.replace(source, number=self._next)
                self._next += 1
        return [self._known[_without_number(source)] for source in sources]


def _without_number(source: Source) -> Source:
    return msgspec.structs.replace(source, number=0)


def next_found(entries: Iterable[Entry]) -> int:
    """The number behind those that the searches of a run have given."""
    searches: set[str] = set()
    last = 0
    for entry in entries:
        event = entry.event
        if isinstance(event, ToolCalled) and event.name == SEARCH_COLLECTION:
            searches.add(event.call)
        elif isinstance(event, ToolResult) and event.call in searches:
            last = max([last, *map(int, _NUMBERED.findall(event.text))])
    return last + 1
