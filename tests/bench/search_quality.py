"""How often the passage that answers a question is among the first found, within and across English and Korean."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.services.collections.fusion import covered, fused
from app.store.documents.store import DocumentStore
from engine.embedding.client import LocalEmbedder
from engine.embedding.included import included_model
from engine.embedding.vector_file import VectorFile
from tests.bench.search_texts import Language, items, korean_messages, package_docs, put

DIRECTIONS: tuple[tuple[Language, Language], ...] = (("en", "en"), ("ko", "ko"), ("ko", "en"), ("en", "ko"))
FIRST = (1, 5, 10)
_AMONG = 400  # passages that answer nothing, in each language
_CANDIDATES = 50


class Row(NamedTuple):
    """Shares of the questions whose passage is among the first 1, 5 and 10."""

    direction: str
    way: str
    shares: tuple[float, ...]


def measure() -> list[Row]:
    path = included_model()
    if path is None:
        raise SystemExit("The embedding model is not there; `make setup` adds it.")
    embedder = LocalEmbedder(path)
    with tempfile.TemporaryDirectory() as name:
        store, _ = DocumentStore.open(Path(name))
        vectors = VectorFile(Path(name) / "vectors", embedder.width, embedder.digest)
        try:
            return _rows(store, vectors, embedder)
        finally:
            vectors.close()
            store.close()
            embedder.close()


def _rows(store: DocumentStore, vectors: VectorFile, embedder: LocalEmbedder) -> list[Row]:
    wanted = items()
    others: dict[Language, list[str]] = {"en": package_docs(_AMONG), "ko": korean_messages(_AMONG)}
    held: dict[Language, tuple[int, list[int]]] = {}
    texts: dict[int, str] = {}
    for language, more in others.items():
        whole = [item.text[language] for item in wanted] + more
        held[language] = put(store, language, whole)
        texts |= dict(zip(held[language][1], whole, strict=True))
        vectors.add(held[language][1], embedder.embed(whole, query=False))
    rows: list[Row] = []
    for asked, answered in DIRECTIONS:
        questions = [item.question[asked] for item in wanted]
        rows += _of_direction(
            f"{asked}-{answered}", questions, store, vectors, embedder, held[answered], texts
        )
    for language in ("en", "ko"):
        # As of a search for what is known: three words that stand there.
        questions = [" ".join(sorted(item.text[language].split(), key=len)[-3:]) for item in wanted]
        rows += _of_direction(
            f"{language}, 3 words", questions, store, vectors, embedder, held[language], texts
        )
    return rows


def _of_direction(
    direction: str,
    questions: list[str],
    store: DocumentStore,
    vectors: VectorFile,
    embedder: LocalEmbedder,
    held: tuple[int, list[int]],
    texts: dict[int, str],
) -> list[Row]:
    """`held`: the collection, and the ids of its passages, the answers first."""
    collection, ids = held
    ranks: dict[str, list[int]] = {"words": [], "meaning": [], "both": []}
    for question, query, target in zip(questions, embedder.embed(questions, query=True), ids, strict=False):
        hits = store.words.search(store.contents.scope(collection), question, _CANDIDATES)
        meaning = [hit.id for hit in vectors.search(query, _CANDIDATES, np.array(ids))]
        shares = {id: covered(hits.weights, texts[id]) for id in hits.ids}
        both = [id for id, _ in fused(hits.ids, meaning, shares)]
        for way, found in (("words", hits.ids), ("meaning", meaning), ("both", both)):
            ranks[way].append(found.index(target) + 1 if target in found else _CANDIDATES + 1)
    return [
        Row(direction, way, tuple(sum(place <= first for place in places) / len(places) for first in FIRST))
        for way, places in ranks.items()
    ]
