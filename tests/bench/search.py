"""Search by words and by meaning: how fast texts are embedded, and how long a search takes at 100,000 passages."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from app.services.collections.fusion import covered, fused
from app.store.documents.store import DocumentStore
from engine.embedding.client import LocalEmbedder
from engine.embedding.included import included_model
from engine.embedding.preparation import read_embedding_model
from engine.embedding.vector_file import VectorFile
from tests.bench.search_texts import items, made_passages, package_docs, put

PASSAGES = 100_000
_EMBEDDED = 160
_WIDTH = 384
_AT_ONCE = 2000


def embedding() -> dict[str, float]:
    """Tokens for each second of processor time, "tokens_core_s", in a process with one thread."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    command = [sys.executable, "-m", "tests.bench.search"]
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def _measure() -> dict[str, float]:
    from engine.embedding.text_model import TextModel
    from engine.local import native

    native.start()
    path = _model()
    model = TextModel(str(path), native.AbortFlag(), lambda: None)
    preparation = read_embedding_model(path).preparation
    texts = [preparation.prepared(text, query=False) for text in package_docs(_EMBEDDED)]
    tokens = sum(len(model.tokens(text)) for text in texts)
    list(model.embed(texts[:8]))
    began = time.process_time()
    rows = sum(len(vectors) for vectors in model.embed(texts))
    assert rows == len(texts)
    return {"tokens_core_s": tokens / (time.process_time() - began), "tokens": tokens}


def searching() -> dict[str, float]:
    """Milliseconds: medians of searches by "words_ms", "meaning_ms", "both_ms" and the "worst_ms" of these;
    "query_ms" of embedding a question. "open_ms" and "memory_mb" of the vectors."""
    questions = [item.question["en"] for item in items()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, _ = DocumentStore.open(folder)
        collection, ids = put(store, "made", list(made_passages(PASSAGES)))
        _fill(folder / "vectors", ids)
        process = psutil.Process()
        before = process.memory_info().rss
        opened: list[VectorFile] = []
        found = {"open_ms": _ms(lambda: opened.append(VectorFile(folder / "vectors", _WIDTH, "bench")))}
        (vectors,) = opened
        embedder = LocalEmbedder(_model())
        embedder.embed(["a"], query=True)
        kept: dict[str, list[float]] = {"query": [], "words": [], "meaning": [], "both": []}
        for question in questions:
            for way, took in _searched(store, collection, vectors, embedder, question).items():
                kept[way].append(took)
        found["memory_mb"] = (process.memory_info().rss - before) / 1e6
        embedder.close()
        vectors.close()
        store.close()
    found |= {f"{way}_ms": statistics.median(times) for way, times in kept.items()}
    return found | {"worst_ms": max(kept["both"])}


def _searched(
    store: DocumentStore, collection: int, vectors: VectorFile, embedder: LocalEmbedder, question: str
) -> dict[str, float]:
    query = embedder.embed([question], query=True)[0]

    def search() -> None:
        near = [hit.id for hit in vectors.search(embedder.embed([question], query=True)[0], 400)]
        words = store.words.search(collection, question, 50)
        passages = store.contents.passages(collection, list({*words, *near}))
        weights = store.words.weights(question)
        fused(words, near[:50], {id: covered(weights, passages[id].text) for id in words})

    return {
        "query": _ms(lambda: embedder.embed([question], query=True)),
        "words": _ms(lambda: store.words.search(collection, question, 50)),
        "meaning": _ms(lambda: vectors.search(query, 50)),
        "both": _ms(search),
    }


def _fill(path: Path, ids: list[int]) -> None:
    """Vectors as models make them: in groups, and all to one side."""
    random = np.random.default_rng(3)
    groups = random.standard_normal((500, _WIDTH)) + 1
    file = VectorFile(path, _WIDTH, "bench")
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        rows = groups[random.integers(0, 500, len(some))] + 0.6 * random.standard_normal((len(some), _WIDTH))
        file.add(some, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))
    file.close()


def _model() -> Path:
    path = included_model()
    if path is None:
        raise SystemExit("The embedding model is not there; `make setup` adds it.")
    return path


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    json.dump(_measure(), sys.stdout)
