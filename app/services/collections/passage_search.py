"""Searches a collection by words and by meaning at the same time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import msgspec

from agents.tools.documents.places import place_of
from app.services.collections.fusion import By, chosen, covered, fused
from app.services.collections.meaning import Meaning
from app.store.documents.records import FoundPassage
from app.store.documents.store import DocumentStore

_CANDIDATES = 50  # of each way to find


class Hit(msgspec.Struct, frozen=True):
    """A passage that was found; `rank` counts from 1. `page`: of a document with pages or slides."""

    file: str
    page: int | None
    heading: str
    text: str
    rank: int
    by: tuple[By, ...]
    passage: FoundPassage


def search(store: DocumentStore, meaning: Meaning, collection: int, query: str, limit: int) -> list[Hit]:
    """Passages of a collection about the query, the best first."""
    most = max(_CANDIDATES, 4 * limit)
    scope = store.contents.scope(collection)
    # Words are looked up while the embedding model reads the query.
    with ThreadPoolExecutor(1, "search-by-meaning") as beside:
        found = beside.submit(meaning.search, store, scope, query, most)
        words = store.words.search(scope, query, most)
        nearest = found.result()
    passages = store.contents.passages(collection, list({*words.ids, *nearest}))
    texts = {id: passages[id] for id in words.ids if id in passages}
    shares = {id: covered(words.weights, f"{each.heading} {each.text}") for id, each in texts.items()}
    ranked = chosen(fused(words.ids, nearest, shares), passages, limit)
    return [_hit(each.passage, each.by, rank) for rank, each in enumerate(ranked, 1)]


def _hit(passage: FoundPassage, by: tuple[By, ...], rank: int) -> Hit:
    place = place_of(passage.label)
    number = place.first if place and place.kind in ("page", "slide") else None
    return Hit(os.fsdecode(passage.path), number, passage.heading, passage.text, rank, by, passage)
