"""Which collection a chat searches, and who does: the model by itself, or we for each question, whose sources the
passages become.

Methods block on the disk and on the embedding model: call them off the GUI thread.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import msgspec

from app.services.chat.attachments.weighing import MOST_FOUND, room_to_find
from app.services.chat.citations.sources import sources_for
from app.services.collections.reading import shown_name
from app.store.documents.records import FoundPassage
from app.store.records import Conversation, Source
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from app.services.chat.projects import Projects
    from app.services.collections.collections import Collections
    from app.services.collections.passage_search import Hit
    from app.services.models.models import Models
    from app.services.runs.tool_checks import ToolChecks

log = logging.getLogger(__name__)
# Passages; more of them tell a model less.
_MOST = 12
# Codes of what is said of a question that was looked up in a collection.
READ, NOTHING = "chat.read_in_collection", "chat.nothing_in_collection"


class Found(msgspec.Struct, frozen=True):
    """What was found for a question; `notices` say in which collection, where one was searched."""

    sources: tuple[Source, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()


class CollectionSearch:
    """Over the collections of a data folder, for the model that is in use."""

    def __init__(
        self, collections: Collections, projects: Projects, models: Models, checks: ToolChecks
    ) -> None:
        self._collections, self._projects, self._models = collections, projects, models
        self._checks = checks
        # Of conversations that are about to be asked something: the collection, the question, and what was found.
        self._ahead: dict[int, tuple[str, str, list[Hit]]] = {}

    def look_ahead(self, conversation: Conversation, question: str) -> None:
        """Search for a question that `of_chat` will be asked about, and keep what is found for it: it may take
        seconds, for which no other chat should have to wait."""
        name = self.of_run(conversation)
        if name and question.strip() and not self.by_model(conversation):
            hits = self._collections.search(name, question, _MOST)
            self._ahead[conversation.id] = name, question, hits

    def collection_of(self, conversation: Conversation) -> str:
        """The name of the collection that was chosen for a chat, else of its project's, "" for none.

        Raises UserError `chat.no_collection` for a chosen one that is gone, and `store.*`; that of a project that
        cannot be searched now is done without.
        """
        chosen = conversation.options.collection
        project = self._projects.of(conversation) if chosen is None else None
        name = chosen or ("" if project is None else project.options.collection)
        if not name:
            return ""
        try:
            return self._collections.named(name).name
        except UserError as error:
            if chosen is None:
                log.warning("The collection of a project was not searched: %s", error.code)
                return ""
            if error.code != "collections.none":
                raise
            raise UserError("chat.no_collection", name=name) from error

    def of_run(self, conversation: Conversation) -> str:
        """As `collection_of`, "" also for a chosen one that is gone: what was asked before is answered without it."""
        try:
            return self.collection_of(conversation)
        except UserError as error:
            if error.code != "chat.no_collection":
                raise
            return ""

    def by_model(self, conversation: Conversation) -> bool:
        """Whether the model in use searches by itself for this chat: it uses tools well, as its check has shown, and
        the chat may have runs."""
        if conversation.temporary:
            return False
        path = self._models.state.path
        check = self._checks.by_path([path]).get(path)
        return check is not None and check.rating == "good"

    def of_chat(self, conversation: Conversation, question: str) -> Found:
        """The passages for a question of a chat, none where the model searches by itself.

        Raises UserError as `collection_of` does.
        """
        name = self.collection_of(conversation)
        if not name or not question.strip() or self.by_model(conversation):
            return Found()
        *asked, hits = self._ahead.pop(conversation.id, ("", "", []))
        if asked == [name, question]:
            sources = sources_for((source_of(hit.passage) for hit in hits), self._room)
        else:
            sources = self.sources(name, question)
        about: dict[str, str | int | float] = {"name": name}
        if not sources:
            return Found((), (ErrorInfo("chat.nothing_in_collection", about),))
        return Found(sources, (ErrorInfo("chat.read_in_collection", {**about, "passages": len(sources)}),))

    def sources(self, collection: str, question: str) -> tuple[Source, ...]:
        """The passages of a collection for a question, as many as a quarter of the context takes.

        Raises UserError `collections.none` and `store.*`.
        """
        hits = self._collections.search(collection, question, _MOST)
        return sources_for((source_of(hit.passage) for hit in hits), self._room)

    @property
    def _room(self) -> int:
        facts = self._models.state.facts
        return MOST_FOUND if facts is None else room_to_find(facts.context)


def source_of(passage: FoundPassage) -> Source:
    """A passage as a source without a number."""
    return Source(
        0,
        shown_name(passage.path),
        passage.text,
        passage.sha256,
        os.fsdecode(passage.path),
        passage.part,
        passage.label,
        passage.first,
        passage.last,
    )
