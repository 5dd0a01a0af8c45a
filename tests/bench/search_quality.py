"""How often the passage that answers a question is among the first found, within and across English and Korean."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.services.collections.fusion import fused
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
    others: dict[Language, list[str]] = {"en": package_docs(_AMONG), "ko": korean_messages()[:_AMONG]}
    held: dict[Language, tuple[int, list[int]]] = {}
    for language, texts in others.items():
        whole = [item.text[language] for item in wanted] + texts
        held[language] = put(store, language, whole)
        vectors.add(held[language][1], embedder.embed(whole, query=False))
    rows: list[Row] = []
    for asked, answered in DIRECTIONS:
        collection, ids = held[answered]
        ranks: dict[str, list[int]] = {"words": [], "meaning": [], "both": []}
        questions = embedder.embed([item.question[asked] for item in wanted], query=True)
        for item, target, question in zip(wanted, ids, questions, strict=False):
            words = store.words.search(collection, item.question[asked], _CANDIDATES)
            near = vectors.search(question, _CANDIDATES, np.array(ids))
            meaning = [hit.id for hit in near]
            both = [id for id, _ in fused(words, meaning)]
            for way, found in (("words", words), ("meaning", meaning), ("both", both)):
                ranks[way].append(found.index(target) + 1 if target in found else _CANDIDATES + 1)
        for way, places in ranks.items():
            shares = tuple(sum(place <= first for place in places) / len(places) for first in FIRST)
            rows.append(Row(f"{asked}-{answered}", way, shares))
    return rows
