"""Vectors on disk with the signs of their numbers in memory: the nearest of 100,000 within milliseconds.

A search compares signs first, 48 bytes a vector instead of 768, and reads only the likeliest from disk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.durable_files import write_whole
from engine.embedding.api import Vectors
from engine.embedding.held import CANDIDATES, Held, Ids, Rows, last_of_each
from engine.embedding.records import HEADER_BYTES, REMOVED_AT, RecordLayout, Records

# Records read at once when a file is opened or compacted.
_CHUNK = 4096


class Hit(NamedTuple):
    id: int
    similarity: float
    """To be compared with those of the same search alone."""


class VectorFile:
    """The vectors of one embedder, by id. Thread-safe; one process at a time opens a file with `writable`.

    All of it can be made again, so it is written without waiting for the disk: what is not whole after a crash of the
    machine is missing from `ids`, which is what whoever fills it goes by. A file that is damaged at its beginning or
    of another embedder counts as empty. Raises OSError.
    """

    def __init__(self, path: Path, width: int, digest: str, *, writable: bool = True) -> None:
        self._path = path
        self._layout = RecordLayout(width)
        self._header = self._layout.header(digest)
        self._writable = writable
        self._writing = threading.Lock()  # one change at a time; taken before `_lock`
        self._lock = threading.Lock()  # guards what is in memory, and the place in the file
        self._file: FileIO | None = None
        if writable:
            self._unfinished.unlink(missing_ok=True)
            if not _starts_with(path, self._header):
                write_whole(path, self._header, synced=False)
        self._load_anew()

    @property
    def ids(self) -> Ids:
        """Ids of the vectors that are there, in the order in which they came."""
        with self._lock:
            return self._held.ids[self._held.alive]

    def __len__(self) -> int:
        with self._lock:
            return len(self._held)

    @property
    def removed(self) -> int:
        """Records that only take room until `compact`."""
        with self._lock:
            return self._held.count - len(self._held)

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Append vectors of length 1; one whose id is there replaces the older. Raises OSError, with none added."""
        numbers = np.asarray(ids, np.int64)
        if vectors.shape != (len(numbers), self._layout.width):
            raise ValueError(f"{vectors.shape} for {len(numbers)} vectors of {self._layout.width}")
        last = last_of_each(numbers)
        records = self._layout.packed(numbers[last], vectors[last])
        with self._writing, self._lock:
            older = self._held.rows_of(numbers)
            self._append(records)
            self._mark(older)

    def remove(self, ids: Iterable[int]) -> None:
        """Take vectors away; ids that are not there are passed over. Raises OSError."""
        numbers = np.fromiter(ids, np.int64)
        with self._writing, self._lock:
            self._mark(self._held.rows_of(numbers))

    def search(self, query: Vectors, limit: int, among: Ids | None = None) -> list[Hit]:
        """The nearest vectors, nearest first, of those in `among` where it is given. Exact up to `CANDIDATES`
        vectors, and for nearly all of the first hits beyond."""
        wanted = np.asarray(query, np.float32).reshape(self._layout.width)
        with self._lock:
            rows = self._held.likeliest(wanted, among, max(CANDIDATES, 4 * limit))
            ids = self._held.ids[rows]
            similarities = self._held.similarities(wanted, self._read(rows))
        best = np.argsort(-similarities, kind="stable")[:limit]
        return [Hit(int(ids[row]), float(similarities[row])) for row in best]

    def refresh(self) -> None:
        """Take in what another process has added, or all of it anew after it compacted. What it removed since is
        still found: look up whether a hit is there. Raises OSError."""
        with self._writing, self._lock:
            if self._is_replaced():
                self._load_anew()
            else:
                self._load()

    def compact(self, least: float = 0.25) -> bool:
        """Give back the room of removed vectors if they are at least this share; whether it did. Raises OSError, for
        instance where another process has the file open on Windows; nothing has changed then."""
        with self._writing:
            with self._lock:
                kept = np.flatnonzero(self._held.alive)
                count = self._held.count
            if len(kept) == count or count - len(kept) < least * count:
                return False
            try:
                self._write_only(kept)
                with self._lock:
                    self._close_file()  # Windows replaces no open file
                    try:
                        self._unfinished.replace(self._path)
                    finally:
                        self._load_anew()
            finally:
                self._unfinished.unlink(missing_ok=True)
            return True

    def close(self) -> None:
        with self._writing, self._lock:
            self._close_file()
            self._held = Held(self._layout, self._read)

    # --- on disk; `_lock` is held ---

    @property
    def _unfinished(self) -> Path:
        return self._path.with_name(f".{self._path.name}.compacting")

    def _is_replaced(self) -> bool:
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        if self._file is None:
            return True
        before = os.fstat(self._file.fileno())
        return (now.st_ino, now.st_dev) != (before.st_ino, before.st_dev)

    def _load_anew(self) -> None:
        self._close_file()
        self._held = Held(self._layout, self._read)
        if _starts_with(self._path, self._header):
            self._file = FileIO(self._path, "r+" if self._writable else "r")
            self._load()

    def _load(self) -> None:
        """Take in what lies behind the records held. What breaks off at the end is dropped."""
        if self._file is None:
            return
        held = self._held
        known = held.count
        while True:
            self._file.seek(self._offset(held.count))
            data = self._file.read(_CHUNK * self._layout.size)
            whole = len(data) // self._layout.size
            chunk = np.frombuffer(data, self._layout.dtype, whole)
            valid = self._layout.are_valid(chunk)
            # What follows the last whole one may be in the middle of being written.
            until = int(np.flatnonzero(valid)[-1]) + 1 if valid.any() else 0
            held.hold(chunk[:until], valid[:until])
            if until < _CHUNK:
                break
        if held.count > known:
            held.keep_latest()
        if self._writable:
            self._file.truncate(self._offset(held.count))

    def _append(self, records: Records) -> None:
        """Write behind the records held; nothing stays of what could not be written whole."""
        file, end = self._open_file(), self._offset(self._held.count)
        try:
            _write(file, end, records.tobytes())
        except BaseException:
            with suppress(OSError):
                file.truncate(end)
            raise
        self._held.hold(records, np.ones(len(records), np.bool_))

    def _mark(self, rows: Rows) -> None:
        for row in rows:
            _write(self._open_file(), self._offset(int(row)) + REMOVED_AT, b"\1")
        self._held.drop(rows)

    def _read(self, rows: Rows) -> Records:
        size = self._layout.size
        into = memoryview(bytearray(len(rows) * size))
        if self._file is not None:
            for number, row in enumerate(rows):
                self._file.seek(self._offset(int(row)))
                self._file.readinto(into[number * size : (number + 1) * size])
        return np.frombuffer(into, self._layout.dtype)

    def _write_only(self, rows: Rows) -> None:
        """Write a file of these records beside ours."""
        with self._unfinished.open("wb") as file:
            file.write(self._header)
            for start in range(0, len(rows), _CHUNK):
                with self._lock:
                    records = self._read(rows[start : start + _CHUNK])
                file.write(records.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def _offset(self, row: int) -> int:
        return HEADER_BYTES + row * self._layout.size

    def _open_file(self) -> FileIO:
        if self._file is None or not self._writable:
            raise ValueError("a vector file that is closed or opened for reading alone")
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _starts_with(path: Path, header: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(header)) == header
    except FileNotFoundError:
        return False


def _write(file: FileIO, offset: int, data: bytes) -> None:
    file.seek(offset)
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
