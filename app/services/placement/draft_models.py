"""Finds draft models for speculative decoding: smaller ones with the same tokens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from app.services.placement.indexes import Fingerprint, Indexes, fingerprint
from engine.errors import UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.vocabularies import same_vocabulary

Same = Callable[[GgufIndex, GgufIndex], bool]


class DraftModels:
    """Caches comparisons. Thread-safe; reads files."""

    def __init__(self, indexes: Indexes, same: Same = same_vocabulary) -> None:
        self._indexes, self._same = indexes, same
        self._lock = threading.Lock()
        self._known: dict[tuple[Fingerprint, Fingerprint], bool] = {}

    def of(self, path: str, others: Iterable[str]) -> tuple[str, ...]:
        """Those of the `others` that can draft for the model at `path`, in their order.

        Unreadable ones are left out; raises UserError `model.*` for the model itself.
        """
        model = self._indexes.file(path)
        return tuple(other for other in others if other != path and self._can(model, other))

    def _can(self, model: GgufIndex, path: str) -> bool:
        try:
            other = self._indexes.file(path)
            if other.bytes >= model.bytes:
                return False
            pair = fingerprint(model), fingerprint(other)
            with self._lock:
                if pair not in self._known:
                    self._known[pair] = self._same(model, other)
                return self._known[pair]
        except UserError:
            return False
