"""Cache of model headers, invalidated when their files change."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from app.services.placement.placing import Placing
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import TensorIndex

# Of all parts of a model: path, size (-1: missing), modification time in nanoseconds.
Fingerprint = tuple[tuple[str, int, int], ...]


class _Indexed(msgspec.Struct, frozen=True):
    fingerprint: Fingerprint
    file: GgufIndex
    tensors: TensorIndex


class Indexes:
    """Thread-safe."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing
        self._lock = threading.Lock()
        self._known: dict[str, _Indexed] = {}

    def get(self, path: str) -> TensorIndex:
        """The tensor table. Raises UserError `model.*`."""
        return self._indexed(path).tensors

    def file(self, path: str) -> GgufIndex:
        """The rest of the header. Raises UserError `model.*`."""
        return self._indexed(path).file

    def _indexed(self, path: str) -> _Indexed:
        with self._lock:
            known = self._known.get(path)
            if known is None or known.fingerprint != fingerprint(known.file):
                file, tensors = self._placing.index(Path(path))
                known = self._known[path] = _Indexed(fingerprint(file), file, tensors)
            return known


def fingerprint(index: GgufIndex) -> Fingerprint:
    """Changes when a part of the model does."""
    parts = []
    for file in index.files:
        try:
            stat = file.path.stat()
            parts.append((str(file.path), stat.st_size, stat.st_mtime_ns))
        except OSError:
            parts.append((str(file.path), -1, 0))
    return tuple(parts)
