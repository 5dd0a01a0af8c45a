"""The headers of models that plans were asked for, each read once and again when its files change."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from app.services.placement.placing import Placing
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import TensorIndex

# Of all parts of a model: path, size (-1: not there), time of change in nanoseconds.
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
        """Raises UserError `model.*`."""
        return self._indexed(path).tensors

    def file(self, path: str) -> GgufIndex:
        """What else is in its header. Raises UserError `model.*`."""
        return self._indexed(path).file

    def _indexed(self, path: str) -> _Indexed:
        with self._lock:
            known = self._known.get(path)
            if known is None or known.fingerprint != fingerprint(known.file):
                file, tensors = self._placing.index(Path(path))
                known = self._known[path] = _Indexed(fingerprint(file), file, tensors)
            return known


def fingerprint(index: GgufIndex) -> Fingerprint:
    """What changes when a part of the model does."""
    parts = []
    for file in index.files:
        try:
            stat = file.path.stat()
            parts.append((str(file.path), stat.st_size, stat.st_mtime_ns))
        except OSError:
            parts.append((str(file.path), -1, 0))
    return tuple(parts)
