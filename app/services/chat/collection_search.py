"""Finds the passages of a collection for a question, as sources that go with it.

Methods block on the disk and on the embedding model: call them off the GUI thread.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from app.services.chat.attachments.weighing import MOST_FOUND, room_to_find
from app.services.chat.citations.sources import sources_for
from app.services.collections.reading import shown_name
from app.store.documents.records import FoundPassage
from app.store.records import Conversation, Source
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.chat.projects import Projects
    from app.services.collections.collections import Collections
    from app.services.models.models import Models

log = logging.getLogger(__name__)
# Passages; more of them tell a model less.
_MOST = 12


class CollectionSearch:
    """Over the collections of a data folder, for the model that is loaded."""

    def __init__(self, collections: Collections, projects: Projects, models: Models) -> None:
        self._collections, self._projects, self._models = collections, projects, models

    def of_project(self, conversation: Conversation, question: str) -> tuple[Source, ...]:
        """As `sources`, of the collection of a chat's project; () for none, and where it cannot be searched now."""
        project = self._projects.of(conversation)
        if project is None or not project.options.collection or not question.strip():
            return ()
        try:
            return self.sources(project.options.collection, question)
        except UserError as error:
            log.warning("The collection of a project was not searched: %s", error.code)
            return ()

    def of_chat(self, conversation: Conversation, question: str) -> tuple[Source, ...]:
        """As `sources`, of the collection that was chosen for a chat, else of its project's.

        Raises UserError `chat.no_collection` for a chosen one that is gone, and `store.*`.
        """
        collection = conversation.options.collection
        if collection is None:
            return self.of_project(conversation, question)
        if not collection or not question.strip():
            return ()
        try:
            return self.sources(collection, question)
        except UserError as error:
            if error.code != "collections.none":
                raise
            raise UserError("chat.no_collection", name=collection) from error

    def sources(self, collection: str, question: str) -> tuple[Source, ...]:
        """The passages of a collection for a question, as many as a quarter of the context takes.

        Raises UserError `collections.none` and `store.*`.
        """
        facts = self._models.state.facts
        room = MOST_FOUND if facts is None else room_to_find(facts.context)
        hits = self._collections.search(collection, question, _MOST)
        return sources_for((_source(hit.passage) for hit in hits), room)


def _source(passage: FoundPassage) -> Source:
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
