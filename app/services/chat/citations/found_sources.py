"""The sources that the searches of a run find, numbered through."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.events import Entry, ToolCalled, ToolResult
from agents.tools.search_collection import SEARCH_COLLECTION
from agents.tools.web_search.tool import WEB_SEARCH
from app.store.records import Source

if TYPE_CHECKING:
    from agents.api import Journal
    from app.store.records import RunRecord
    from app.store.store import Store

_NUMBERED = re.compile(r"^\[(\d+)\] ", re.MULTILINE)
_SEARCHES = (SEARCH_COLLECTION, WEB_SEARCH)


class FoundSources:
    """The sources of all searches, one that is found again under the number that it has. `keep` is given all of them
    whenever there are more. Thread-safe."""

    def __init__(
        self,
        known: Iterable[Source],
        first: int,
        keep: Callable[[Sequence[Source]], object] = lambda sources: None,
    ) -> None:
        self._known = {_without_number(source): source for source in known}
        self._next, self._keep = first, keep
        self._lock = threading.Lock()

    def numbered(self, sources: Iterable[Source]) -> list[Source]:
        """These sources with their numbers, once they are kept. Raises UserError `store.*`."""
        with self._lock:
            told: list[Source] = []
            for source in map(_without_number, sources):
                if source not in self._known:
                    self._known[source] = msgspec.structs.replace(source, number=self._next)
                    self._next += 1
                told.append(self._known[source])
            self._keep(tuple(self._known.values()))
        return told


def found_of(store: Store, run: RunRecord, answer: int, journal: Journal) -> FoundSources:
    """What a run finds: kept with the `answer` that it writes, whose numbers go on behind those of its branch;
    without one (0) in the journal alone."""
    if not answer:
        return FoundSources((), next_found(journal.entries()))
    kept = store.messages.given(run.conversation)
    given = {message: each.sources for message, each in kept.items()}
    path = store.messages.path(run.conversation)
    told = (source for message in (path if answer in path else given) for source in given.get(message, ()))
    first = 1 + max((source.number for source in told), default=0)
    return FoundSources(
        given.get(answer, ()), first, lambda sources: store.messages.set_sources(answer, sources)
    )


def next_found(entries: Iterable[Entry]) -> int:
    """The number behind those that the searches of a run have given."""
    searches: set[str] = set()
    last = 0
    for entry in entries:
        event = entry.event
        if isinstance(event, ToolCalled) and event.name in _SEARCHES:
            searches.add(event.call)
        elif isinstance(event, ToolResult) and event.call in searches:
            last = max([last, *map(int, _NUMBERED.findall(event.text))])
    return last + 1


def _without_number(source: Source) -> Source:
    return msgspec.structs.replace(source, number=0)
