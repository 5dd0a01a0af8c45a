"""Finds the passages of a collection for a question, as sources that go with it.

Methods block on the disk and on the embedding model: call them off the GUI thread.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from app.services.chat.attachments.weighing import MOST_FOUND, room_to_find
from app.services.chat.citations.sources import sources_for
from app.services.collections.reading import shown_name
from app.store.documents.records import FoundPassage
from app.store.records import Source

if TYPE_CHECKING:
    from app.services.collections.collections import Collections
    from app.services.models.models import Models

# Passages; more of them tell a model less.
_MOST = 12


class CollectionSearch:
    """Over the collections of a data folder, for the model that is loaded."""

    def __init__(self, collections: Collections, models: Models) -> None:
        self._collections, self._models = collections, models

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
