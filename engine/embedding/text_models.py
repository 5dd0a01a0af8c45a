"""Any installed models that embed or rank texts, by their files: what has no model of its own asks here."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

# All else with the first use: numpy takes a while to load.
if TYPE_CHECKING:
    from engine.embedding.api import Embedded, Ranked
    from engine.embedding.client import LocalEmbedder, LocalReranker

# Tokens of a text, whatever the model takes: memory and time of a step grow with their square.
LONGEST_TEXT = 2048
# Models that stay loaded until they are idle.
_MODELS = 2

_Client = TypeVar("_Client", "LocalEmbedder", "LocalReranker")


class TextModels:
    """Methods block while a model is loaded and works; any thread may call them. A model is in memory while it is
    used and for two minutes after, at most two of them unless more are used at once.

    They raise what reading the file raises: UserError `model.no_embeddings` or `model.no_scores` (name) for a model
    that is not made for it; UserError `engine.*` with the reason when it cannot be loaded or run; EmbeddingStopped
    after `close`. `hosting` as for `HostClient`.
    """

    def __init__(self, **hosting: Any) -> None:
        self._hosting = hosting
        self._lock = threading.Lock()
        self._clients: dict[Path, LocalEmbedder | LocalReranker] = {}  # the one that was used last at the end
        self._users: Counter[Path] = Counter()
        self._closed = False

    def embed(self, model: Path, texts: Sequence[str], *, query: bool | None = None) -> Embedded:
        """Vectors of texts. `query` tells a question from a passage; None: the texts are given to the model as they
        are."""
        from engine.embedding.client import LocalEmbedder

        with self._using(model, LocalEmbedder) as embedder:
            return embedder.embedded(texts, query=query)

    def rerank(self, model: Path, query: str, documents: Sequence[str]) -> Ranked:
        """How well each document answers the query."""
        from engine.embedding.client import LocalReranker

        with self._using(model, LocalReranker) as reranker:
            return reranker.rank(query, documents)

    def close(self) -> None:
        """End what is being computed, and all processes."""
        with self._lock:
            self._closed = True
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    @contextmanager
    def _using(self, path: Path, kind: type[_Client]) -> Iterator[_Client]:
        from engine.embedding.api import EmbeddingStopped

        with self._lock:
            if self._closed:
                raise EmbeddingStopped
            found = self._clients.get(path)
            if not isinstance(found, kind):
                found = kind(path, LONGEST_TEXT, **self._hosting)
            self._clients.pop(path, None)
            self._clients[path] = found
            self._users[path] += 1
        try:
            yield found
        finally:
            with self._lock:
                self._users[path] -= 1
                idle = [each for each in self._clients if not self._users[each]]
                over = [self._clients.pop(each) for each in idle[: max(0, len(self._clients) - _MODELS)]]
            for client in over:
                client.close()
