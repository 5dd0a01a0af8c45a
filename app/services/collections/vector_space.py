"""Vectors of the passages by one embedding model: made where they are missing, and searched.

What the vector file holds decides: a document counts as done when all of its passages are there, which is looked at
again after each start.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.store.documents.records import EmbeddingModel, Scope
from app.store.documents.store import DocumentStore
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.embedding.api import Embedder
    from engine.embedding.vector_file import VectorFile

log = logging.getLogger(__name__)
MakeEmbedder = Callable[[], "Embedder | None"]
_AT_ONCE = 16  # passages, so that nobody waits long
_DOCUMENTS = 16
_FILES = "documents-{}.vectors"


class VectorSpace:
    """The vectors of a data folder by one embedder, which is made with the first use. `fill` and `forget` are called
    by one thread of one process at a time, `search` by any."""

    def __init__(self, home: Path, make: MakeEmbedder) -> None:
        self._home, self._make = home, make
        self._embedder: Embedder | None = None
        self._made = False
        self._making = threading.Lock()
        self._model: EmbeddingModel | None = None
        self._written: VectorFile | None = None
        self._searched: VectorFile | None = None

    def model(self, store: DocumentStore) -> EmbeddingModel | None:
        """Whose vectors they are, None where there is no embedder."""
        with self._making:
            if not self._made:
                self._embedder, self._made = self._make(), True
        if self._embedder is None:
            return None
        if self._model is None:
            self._model = store.meanings.model(self._embedder.digest)
        return self._model

    def is_begun(self, store: DocumentStore) -> bool:
        """Whether there are any vectors."""
        model = self.model(store)
        return model is not None and self._path(model).exists()

    def is_whole(self, store: DocumentStore) -> bool:
        """Whether all passages have their vectors."""
        model = self.model(store)
        return model is not None and not store.meanings.lacking(model.id, 1)

    def fill(
        self,
        store: DocumentStore,
        stopped: Callable[[], bool],
        wait_turn: Callable[[], None],
        on_progress: Callable[[int], None],
    ) -> bool:
        """Make the vectors that are missing; whether all are there now. `on_progress` gets how many documents are
        done. Raises UserError `engine.*` and OSError."""
        model = self.model(store)
        if model is None or not (store.meanings.lacking(model.id, 1) or store.meanings.any(model.id)):
            return False
        file, done = self._file(store, model), 0
        while documents := store.meanings.lacking(model.id, _DOCUMENTS):
            for document in documents:
                if not self._fill_one(store, file, document, stopped, wait_turn):
                    return False
                store.meanings.mark([document], model.id)
                done += 1
                on_progress(done)
        return True

    def forget(self, ids: Iterable[int]) -> None:
        """Take the vectors of passages away that are gone."""
        if self._written is not None:
            with suppress(OSError):  # they are found by nobody
                self._written.remove(ids)
                self._written.compact()

    def search(self, store: DocumentStore, scope: Scope, query: str, limit: int) -> list[int]:
        """Ids of the passages within `scope` that are nearest to a query, the nearest first."""
        model = self.model(store)
        if not scope.size or model is None or self._embedder is None or not self._path(model).exists():
            return []
        import numpy as np

        from engine.embedding.api import EmbeddingStopped
        from engine.embedding.vector_file import VectorFile

        try:
            if self._searched is None:
                path, width = self._path(model), self._embedder.width
                self._searched = VectorFile(path, width, model.digest, writable=False)
            else:
                self._searched.refresh()
            (row,) = self._embedder.embed([query], query=True)
            runs = zip(scope.firsts, scope.lasts, strict=True)
            among = np.concatenate([np.arange(first, last + 1) for first, last in runs])
            return [hit.id for hit in self._searched.search(row, limit, among)]
        except (UserError, OSError, EmbeddingStopped) as error:
            log.warning("A search by meaning failed: %s", getattr(error, "code", type(error).__name__))
            return []

    def make_way(self) -> None:
        """Break off what is being embedded: something else comes first."""
        if self._embedder is not None:
            self._embedder.abort()

    def remove_others(self, store: DocumentStore) -> None:
        """Remove the vectors of all other models."""
        model = self.model(store)
        for other in self._home.glob(_FILES.format("*")):
            if model is not None and other != self._path(model):
                with suppress(OSError):
                    other.unlink()

    def reset(self) -> None:
        """The index was made anew."""
        self._model = None
        for file in (self._written, self._searched):
            if file is not None:
                file.close()
        self._written = self._searched = None

    def close(self) -> None:
        """End the embedder, before whoever fills is waited for."""
        with self._making:
            self._made = True
        if self._embedder is not None:
            self._embedder.close()
        self.reset()

    def _file(self, store: DocumentStore, model: EmbeddingModel) -> VectorFile:
        """The file to write to. Documents whose vectors it lacks lose their mark."""
        if self._written is not None:
            return self._written
        import numpy as np

        from engine.embedding.vector_file import VectorFile

        assert self._embedder is not None
        file = VectorFile(self._path(model), self._embedder.width, model.digest)
        marked = store.meanings.embedded(model.id)
        missing = ~np.isin(np.array([id for id, _ in marked], np.int64), file.ids)
        store.meanings.mark({marked[at][1] for at in np.flatnonzero(missing)}, 0)
        self._written = file
        return file

    def _fill_one(
        self,
        store: DocumentStore,
        file: VectorFile,
        document: int,
        stopped: Callable[[], bool],
        wait_turn: Callable[[], None],
    ) -> bool:
        """Whether all passages of a document have their vectors now."""
        import numpy as np

        from engine.embedding.api import EmbeddingStopped

        assert self._embedder is not None
        passages = store.meanings.passages(document)
        held = np.isin(np.array([id for id, _, _ in passages], np.int64), file.ids)
        lacking = [passage for passage, is_held in zip(passages, held, strict=True) if not is_held]
        while lacking:
            wait_turn()
            if stopped():
                return False
            some = lacking[:_AT_ONCE]
            texts = [f"{heading}\n{text}" if heading else text for _, heading, text in some]
            try:
                file.add([id for id, _, _ in some], self._embedder.embed(texts, query=False))
            except EmbeddingStopped:
                continue  # something else came first
            del lacking[:_AT_ONCE]
        return True

    def _path(self, model: EmbeddingModel) -> Path:
        return self._home / _FILES.format(model.token)
