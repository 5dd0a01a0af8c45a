"""Any installed models that embed or rank texts, by their files: what has no model of its own asks here."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
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
_LOOK_S = 0.05

_Client = TypeVar("_Client", "LocalEmbedder", "LocalReranker")
_Result = TypeVar("_Result")


class TextModels:
    """Methods block while a model is loaded and works; any thread may call them. A model is in memory while it is
    used and for two minutes after, at most two of them unless more are used at once.

    They raise what reading the file raises: UserError `model.no_embeddings` or `model.no_scores` (name) for a model
    that is not made for it; UserError `engine.*` with the reason when it cannot be loaded or run; EmbeddingStopped
    after `close`, and after `end` for that `user`: any object, known while it lives. `hosting` as for `HostClient`.
    """

    def __init__(self, **hosting: Any) -> None:
        self._hosting = hosting
        self._lock = threading.Lock()
        self._left = threading.Condition(self._lock)
        self._clients: dict[Path, LocalEmbedder | LocalReranker] = {}  # the one that was used last at the end
        self._uses: list[tuple[LocalEmbedder | LocalReranker, object]] = []
        self._ended: weakref.WeakSet[object] = weakref.WeakSet()
        self._closed = False

    def embed(
        self, model: Path, texts: Sequence[str], *, query: bool | None = None, user: object = None
    ) -> Embedded:
        """Vectors of texts. `query` tells a question from a passage; None: the texts are given to the model as they
        are."""
        from engine.embedding.client import LocalEmbedder

        return self._asked(model, LocalEmbedder, user, lambda embedder: embedder.embedded(texts, query=query))

    def rerank(self, model: Path, query: str, documents: Sequence[str], *, user: object = None) -> Ranked:
        """How well each document answers the query."""
        from engine.embedding.client import LocalReranker

        return self._asked(model, LocalReranker, user, lambda reranker: reranker.rank(query, documents))

    def end(self, user: object) -> None:
        """Break off what is computed for a user, who gets nothing any more; returns within about a second. What
        others ask of the same models begins again."""
        with self._lock:
            self._ended.add(user)
        while clients := self._clients_of(user):
            for client in clients:
                client.abort()
            with self._left:
                self._left.wait(_LOOK_S)

    def close(self) -> None:
        """End what is being computed, and all processes."""
        with self._lock:
            self._closed = True
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    def _asked(
        self, path: Path, kind: type[_Client], user: object, work: Callable[[_Client], _Result]
    ) -> _Result:
        from engine.embedding.api import EmbeddingStopped

        while True:
            with self._using(path, kind, user) as client:
                try:
                    return work(client)
                except EmbeddingStopped:  # perhaps with the work of another user
                    if self._is_over(user):
                        raise

    def _clients_of(self, user: object) -> list[LocalEmbedder | LocalReranker]:
        with self._lock:
            return [client for client, who in self._uses if who is user]

    def _is_over(self, user: object) -> bool:
        return self._closed or (user is not None and user in self._ended)

    @contextmanager
    def _using(self, path: Path, kind: type[_Client], user: object) -> Iterator[_Client]:
        from engine.embedding.api import EmbeddingStopped

        with self._lock:
            if self._is_over(user):
                raise EmbeddingStopped
            found = self._clients.get(path)
            if not isinstance(found, kind):
                found = kind(path, LONGEST_TEXT, **self._hosting)
            self._clients.pop(path, None)
            self._clients[path] = found
            use = (found, user)
            self._uses.append(use)
        try:
            yield found
        finally:
            with self._lock:
                self._uses.remove(use)
                self._left.notify_all()
                used = [client for client, _ in self._uses]
                idle = [each for each, client in self._clients.items() if client not in used]
                over = [self._clients.pop(each) for each in idle[: max(0, len(self._clients) - _MODELS)]]
            for client in over:
                client.close()
