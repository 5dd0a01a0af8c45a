"""Opens the collections of a data folder as the settings say, and follows these."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from app.services.collections.collections import Collections
from app.services.collections.events import CollectionsChanged, EmbeddingModelChanged
from app.services.collections.reranking import Score
from app.services.collections.search_models import embedder_at, included_embedder
from app.services.events import EventBus
from app.services.settings.settings import SettingsChanged, SettingsFile


def open_collections(home: Path, settings: SettingsFile, events: EventBus, score: Score) -> Collections:
    """The collections, with the embedding model that is chosen, until another one is. `score` as in `Collections`."""
    chosen = settings.current.embedding_model
    collections = Collections(
        home,
        partial(embedder_at, chosen),
        changed=lambda: events.publish(CollectionsChanged()),
        score=score,
        before=included_embedder if chosen else None,
    )

    def follow(event: SettingsChanged) -> None:
        nonlocal chosen
        before, chosen = chosen, event.settings.embedding_model
        if chosen != before:
            collections.embed_with(partial(embedder_at, chosen))
            events.publish(EmbeddingModelChanged())

    events.subscribe(SettingsChanged, follow)
    return collections
