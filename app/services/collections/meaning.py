"""Search by meaning with the embedding model that is chosen; until it has made all vectors, the one before finds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from app.services.collections.vector_space import MakeEmbedder, VectorSpace
from app.store.documents.records import EmbeddingModel, Scope
from app.store.documents.store import DocumentStore
from engine.errors import UserError


class Meaning:
    """The vectors of a data folder. `fill` and `forget` are called by one thread of one process at a time, all
    else by any. `before` makes the embedder whose vectors may still be there."""

    def __init__(self, home: Path, make: MakeEmbedder, before: MakeEmbedder | None = None) -> None:
        self._home = home
        self._lock = threading.Lock()  # guards what follows
        self._space = VectorSpace(home, make)
        self._before = None if before is None else VectorSpace(home, before)
        # Of no use any more, but somebody may still fill them.
        self._given_up: list[VectorSpace] = []

    def model(self, store: DocumentStore) -> EmbeddingModel | None:
        """Whose vectors count, None where there is no embedder."""
        return self._space.model(store)

    def change(self, store: DocumentStore | None, make: MakeEmbedder) -> None:
        """Have another embedder make all vectors. What finds now goes on until it has."""
        with self._lock:
            now, before = self._space, self._before
            finds = now if before is None or store is None or now.is_whole(store) else before
            self._space, self._before = VectorSpace(self._home, make), finds
            self._given_up += [space for space in (now, before) if space not in (None, finds)]
        now.make_way()

    def fill(
        self,
        store: DocumentStore,
        stopped: Callable[[], bool],
        wait_turn: Callable[[], None],
        on_progress: Callable[[int], None],
    ) -> None:
        """Make the vectors that are missing, and remove those of other models once all are there. `on_progress` gets
        how many documents are done. Raises UserError `engine.*` and `store.disk_error`."""
        with self._lock:
            space, given_up, self._given_up = self._space, self._given_up, []
        for each in given_up:
            each.close()

        def ended() -> bool:
            return stopped() or self._space is not space

        try:
            if not space.fill(store, ended, wait_turn, on_progress):
                return
        except OSError as error:
            detail = error.strerror or str(error)
            raise UserError("store.disk_error", folder=str(self._home), detail=detail) from error
        with self._lock:
            if self._space is not space:
                return
            before, self._before = self._before, None
        if before is not None:
            before.close()
        space.remove_others(store)

    def forget(self, ids: Iterable[int]) -> None:
        """Take the vectors of passages away that are gone."""
        gone = list(ids)
        for space in self._spaces:
            space.forget(gone)

    def search(self, store: DocumentStore, scope: Scope, query: str, limit: int) -> list[int]:
        """Ids of the passages within `scope` that are nearest to a query, the nearest first."""
        with self._lock:
            space, before = self._space, self._before
        if before is not None and before.is_begun(store) and not space.is_whole(store):
            space = before
        return space.search(store, scope, query, limit)

    def make_way(self) -> None:
        """Break off what is being embedded: something else comes first."""
        self._space.make_way()

    def reset(self) -> None:
        """The index was made anew."""
        for space in self._spaces:
            space.reset()

    def close(self) -> None:
        """End the embedders, before whoever fills is waited for."""
        for space in (*self._spaces, *self._given_up):
            space.close()

    @property
    def _spaces(self) -> list[VectorSpace]:
        with self._lock:
            return [space for space in (self._space, self._before) if space is not None]
