"""Warm experts: the experts that were resident at a model's last use, kept in a small file for a warm start.

Only speed depends on such a file: a missing, damaged or foreign one is ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.durable_files import write_whole

# Of the file: another one is not read.
_FORMAT = 1
# Far more than thousands of slots take.
_MOST_BYTES = 2**22
# Of other models, the newest so many stay.
_MOST_FILES = 64
_NAME = "experts-*.json"


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Experts by layer number, those of a layer in the order of their slots."""

    format: int
    key: str
    layers: dict[str, list[int]]


class WarmExpertsFile:
    """The file of one model in `folder`; `path` is the model's, identified by its present state."""

    def __init__(self, folder: Path, path: str) -> None:
        self._key = model_key(path)
        self._path = folder / _NAME.replace("*", self._key)

    def read(self, layers: Mapping[int, int], experts: int) -> dict[int, tuple[int, ...]]:
        """Resident experts of `layers` (slots by number): at most one per slot, distinct and below
        `experts`."""
        kept = self._decoded()
        if kept is None or (kept.format, kept.key) != (_FORMAT, self._key):
            return {}
        found = {}
        for layer, slots in layers.items():
            usable = dict.fromkeys(each for each in kept.layers.get(str(layer), ()) if 0 <= each < experts)
            if usable:
                found[layer] = tuple(usable)[:slots]
        return found

    def write(self, warm_experts: Mapping[int, tuple[int, ...]]) -> None:
        """Write atomically. A failure only costs the next start its warmth."""
        kept = _Kept(_FORMAT, self._key, {str(layer): list(each) for layer, each in warm_experts.items()})
        with contextlib.suppress(OSError):
            write_whole(self._path, msgspec.json.encode(kept), synced=False)
            self._tidy()

    def _decoded(self) -> _Kept | None:
        try:
            # Not a pipe or a device, which could be read for ever.
            if not self._path.is_file() or self._path.stat().st_size > _MOST_BYTES:
                return None
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(_MOST_BYTES), type=_Kept)
        except (OSError, msgspec.DecodeError, RecursionError):
            return None

    def _tidy(self) -> None:
        files = sorted(self._path.parent.glob(_NAME), key=lambda file: -file.stat().st_mtime)
        for file in files[_MOST_FILES:]:
            file.unlink(missing_ok=True)


def model_key(path: str) -> str:
    """Identify a model's file in its present state. Raises OSError."""
    file = Path(path).stat()
    parts = (str(Path(path).resolve()), file.st_size, file.st_mtime_ns)
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
