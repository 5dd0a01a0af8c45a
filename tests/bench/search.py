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
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from app.services.collections.collections import Collections
from app.store.documents.store import DocumentStore
from engine.embedding.client import LONGEST_TEXT, LocalEmbedder
from engine.embedding.included import included_model
from engine.embedding.preparation import read_embedding_model
from engine.embedding.vector_file import VectorFile
from tests.bench.search_texts import items, made_passages, package_docs, put

PASSAGES = 100_000
_EMBEDDED = 160
_WIDTH = 384
_AT_ONCE = 2000
_PASSAGES = 12  # of an answer in a chat


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
    model = TextModel(str(path), LONGEST_TEXT, native.AbortFlag(), lambda: None)
    preparation = read_embedding_model(path).preparation
    texts = [preparation.prepared(text, LONGEST_TEXT, query=False) for text in package_docs(_EMBEDDED)]
    whole = [model.whole(text) for text in texts]
    tokens = sum(min(len(text.tokens), LONGEST_TEXT) for text in whole)
    list(model.run(whole[:8]))
    began = time.process_time()
    rows = sum(len(vectors) for vectors in model.run(whole))
    assert rows == len(texts)
    return {"tokens_core_s": tokens / (time.process_time() - began), "tokens": tokens}


def searching() -> dict[str, float]:
    """Milliseconds: medians of searches by "words_ms", "meaning_ms", "both_ms" and the "worst_ms" of these;
    "query_ms" of embedding a question. "open_ms" and "memory_mb" of the vectors."""
    questions = [item.question["en"] for item in items()]
    embedder = LocalEmbedder(_model())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, _ = DocumentStore.open(folder)
        collection, ids = put(store, "made", list(made_passages(PASSAGES)))
        model = store.meanings.model(embedder.digest)
        path = folder / f"documents-{model.token}.vectors"
        _fill(path, ids, embedder.digest)
        store.meanings.mark(store.meanings.lacking(model.id, PASSAGES), model.id)
        process = psutil.Process()
        before = process.memory_info().rss
        opened: list[VectorFile] = []

        def open_vectors() -> None:
            opened.append(VectorFile(path, _WIDTH, embedder.digest, writable=False))

        found = {"open_ms": _ms(open_vectors)}
        found["memory_mb"] = (process.memory_info().rss - before) / 1e6
        (vectors,) = opened
        collections = Collections(folder, lambda: embedder)
        collections.search("made", "a", _PASSAGES)  # opens all that stays open
        scope = store.contents.scope(collection)
        kept: dict[str, list[float]] = {"query": [], "words": [], "meaning": [], "both": []}
        for question in questions:
            # First, so that nothing of the question is known.
            kept["both"].append(_ms(partial(collections.search, "made", question, _PASSAGES)))
            kept["query"].append(_ms(partial(embedder.embed, [question], query=True)))
            query = embedder.embed([question], query=True)[0]
            kept["words"].append(_ms(partial(store.words.search, scope, question, 50)))
            kept["meaning"].append(_ms(partial(vectors.search, query, 50, np.array(ids))))
        collections.close()
        vectors.close()
        store.close()
    found |= {f"{way}_ms": statistics.median(times) for way, times in kept.items()}
    return found | {"worst_ms": max(kept["both"])}


def _fill(path: Path, ids: list[int], digest: str) -> None:
    """Vectors as models make them: in groups, and all to one side."""
    random = np.random.default_rng(3)
    groups = random.standard_normal((500, _WIDTH)) + 1
    file = VectorFile(path, _WIDTH, digest)
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
