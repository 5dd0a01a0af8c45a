"""The tools of a run that search, whose passages and pages become sources of the answer that it writes.

Methods block on the disk, on the embedding model and on the network: call them off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agents.tools.search_collection import Found, SearchCollection
from agents.tools.web_search import tool as web
from agents.tools.web_search.results import Result, within
from app.messages import localized_error
from app.services.chat.attachments.weighing import MOST_FOUND, room_of_search
from app.services.chat.citations.found_sources import FoundSources, found_of
from app.services.chat.citations.sources import passages_told, sources_for
from app.services.chat.collections.collection_search import source_of
from app.store.records import Source
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.api import Journal, Tool
    from app.services.collections.collections import Collections
    from app.services.connections.web_search import WebSearches
    from app.services.models.models import Models
    from app.store.records import RunRecord
    from app.store.store import Store

# For the model.
_NOTHING = "Nothing in the documents is about that. Try other words."
_UNREAD = "{count} documents have not been read yet and cannot be found."
_NO_PAGE = "No page was found. Try other words."
# Characters of a token, as few as there can be.
_LETTERS = 2


class SearchTools:
    """Makes them for the runs of a data folder."""

    def __init__(self, store: Store, collections: Collections, pages: WebSearches, models: Models) -> None:
        self._store, self._collections, self._pages, self._models = store, collections, pages, models

    def among(
        self, tools: Sequence[Tool], collection: str, run: RunRecord, answer: int, journal: Journal
    ) -> tuple[Tool, ...]:
        """The tools of a run with those that number what they find. First the one for its collection, "" for none,
        and the one that a chat was switched on for: the beginning of many tools is what a small context offers."""
        found = found_of(self._store, run, answer, journal)
        searching = web.WebSearch(self._pages.url, self._on_the_web(found))
        made = [searching if tool.name == web.WEB_SEARCH else tool for tool in tools]
        if answer and self._store.conversations.get(run.conversation).options.web:
            made.sort(key=lambda tool: tool.name != web.WEB_SEARCH)
        first = [SearchCollection(collection, self._in_documents(collection, found))] if collection else []
        return (*first, *made)

    @property
    def _room(self) -> int:
        facts = self._models.state.facts
        return MOST_FOUND if facts is None else room_of_search(facts.context)

    def _in_documents(self, collection: str, found: FoundSources) -> Callable[[str, int], Found]:
        def search(query: str, limit: int) -> Found:
            hits = self._collections.search(collection, query, limit)
            sources = found.numbered(sources_for((source_of(hit.passage) for hit in hits), self._room))
            waiting = self._collections.waiting(collection)
            told = [passages_told(sources) or _NOTHING, *([_UNREAD.format(count=waiting)] if waiting else ())]
            return Found("\n\n".join(told), len(sources))

        return search

    def _on_the_web(self, found: FoundSources) -> web.Search:
        def search(query: str, limit: int, stopped: Callable[[], bool]) -> web.Found:
            try:
                pages = within(self._pages.search(query, limit, stopped), self._room * _LETTERS)
            except UserError as error:
                return web.Found(localized_error(error, "en"), failed=True)
            sources = found.numbered(map(page_source, pages))
            return web.Found(passages_told(sources) or _NO_PAGE, len(sources))

        return search


def page_source(page: Result) -> Source:
    """A page as a source without a number."""
    return Source(0, page.title, page.snippet or page.title, label=page.host, url=page.url)
