"""Searches a collection by words and by meaning at the same time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec

from agents.tools.documents.places import place_of
from app.services.collections.fusion import By, chosen, covered, fused
from app.services.collections.meaning import Meaning
from app.services.collections.reranking import Score
from app.store.documents.records import FoundPassage
from app.store.documents.store import DocumentStore

_CANDIDATES = 50  # of each way to find
_SCORED = 20
Found = tuple[int, tuple[By, ...]]  # the id of a passage, and how it was found


class Hit(msgspec.Struct, frozen=True):
    """A passage that was found; `rank` counts from 1. `page`: of a document with pages or slides."""

    file: str
    page: int | None
    heading: str
    text: str
    rank: int
    by: tuple[By, ...]
    passage: FoundPassage


def search(
    store: DocumentStore, meaning: Meaning, score: Score, collection: int, query: str, limit: int
) -> list[Hit]:
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
    best = _ordered(query, fused(words.ids, nearest, shares), passages, score)
    ranked = chosen(best, passages, limit)
    return [_hit(each.passage, each.by, rank) for rank, each in enumerate(ranked, 1)]


def _ordered(
    query: str, ranked: list[Found], passages: Mapping[int, FoundPassage], score: Score
) -> list[Found]:
    """The same, the first ones in the order of their scores where there are any."""
    first = [found for found in ranked if found[0] in passages][:_SCORED]
    told = [passages[id] for id, _ in first]
    scores = score(query, [f"{each.heading}\n{each.text}" if each.heading else each.text for each in told])
    if scores is None:
        return ranked
    order = sorted(range(len(first)), key=lambda at: -scores[at])
    return [first[at] for at in order] + [found for found in ranked if found not in first]


def _hit(passage: FoundPassage, by: tuple[By, ...], rank: int) -> Hit:
    place = place_of(passage.label)
    number = place.first if place and place.kind in ("page", "slide") else None
    return Hit(os.fsdecode(passage.path), number, passage.heading, passage.text, rank, by, passage)
