"""Bounded on-disk cache of values for offline use; nothing depends on it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import zlib
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from engine.durable_files import write_whole

_T = TypeVar("_T")
_LARGEST = 4 * 2**20
# More than a few at once, so that it is not looked for them at each new one.
_SPARE = 16
# msgspec 0.22 crashes where a thread uses what another is still learning of a type.
_BUILDING = threading.Lock()


class Kept(Generic[_T]):
    """Values of one type by key, one file each in `folder`; the `most` that were used last.

    `form` names how they are written: a value of another form is as good as not there, and so is a damaged one.
    What cannot be written is not kept. May be used from any thread and from several processes.
    """

    def __init__(self, folder: Path, type: type[_T], form: str, most: int) -> None:
        self._folder, self._form, self._most = folder, form, most
        with _BUILDING:
            self._decoder = msgspec.json.Decoder(type)

    def get(self, key: str) -> _T | None:
        path = self._path(key)
        try:
            if path.stat().st_size > _LARGEST:
                return None
            with path.open("rb") as file:
                value = self._decoder.decode(_inflated(file.read(_LARGEST)))
            os.utime(path)  # used last now
        except (OSError, ValueError, RecursionError, zlib.error):
            return None
        return value

    def put(self, key: str, value: _T) -> None:
        data = zlib.compress(msgspec.json.encode(value), 6)
        if len(data) > _LARGEST:
            return
        with contextlib.suppress(OSError):
            write_whole(self._path(key), data, synced=False)
            self._tidy()

    def _path(self, key: str) -> Path:
        digest = hashlib.sha256(f"{self._form}\n{key}".encode("utf-8", "surrogatepass"))
        return self._folder / f"{digest.hexdigest()}.z"

    def _tidy(self) -> None:
        found = [entry for entry in os.scandir(self._folder) if entry.is_file(follow_symlinks=False)]
        if len(found) <= self._most + _SPARE:
            return
        found.sort(key=lambda entry: entry.stat().st_mtime)
        for entry in found[: len(found) - self._most]:
            Path(entry.path).unlink(missing_ok=True)


def _inflated(data: bytes) -> bytes:
    """Raises ValueError for what would grow beyond reason."""
    inflater = zlib.decompressobj()
    text = inflater.decompress(data, 16 * _LARGEST)
    if not inflater.eof:
        raise ValueError("too large, or cut")
    return text
