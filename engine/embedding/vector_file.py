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
import numpy.typing as npt

from engine.durable_files import write_whole
from engine.embedding.api import Vectors
from engine.embedding.records import HEADER_BYTES, REMOVED_AT, RecordLayout, Records

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

# So many of the vectors whose signs agree best are compared in full.
CANDIDATES = 1000
# Records read at once when a file is opened or compacted.
_CHUNK = 4096
# In place of the id of a record that is not whole.
_NO_ID = np.iinfo(np.int64).min


class Hit(NamedTuple):
    id: int
    similarity: float
    """Cosine."""


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
            return self._ids[: self._count][self._alive[: self._count]]

    def __len__(self) -> int:
        with self._lock:
            return int(self._alive[: self._count].sum())

    @property
    def removed(self) -> int:
        """Records that only take room until `compact`."""
        with self._lock:
            return self._count - int(self._alive[: self._count].sum())

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Append vectors of length 1; one whose id is there replaces the older. Raises OSError, with none added."""
        numbers = np.asarray(ids, np.int64)
        if vectors.shape != (len(numbers), self._layout.width):
            raise ValueError(f"{vectors.shape} for {len(numbers)} vectors of {self._layout.width}")
        last = _last_of_each(numbers)
        records = self._layout.packed(numbers[last], vectors[last])
        with self._writing, self._lock:
            older = self._rows_of(numbers)
            self._append(records)
            self._mark(older)

    def remove(self, ids: Iterable[int]) -> None:
        """Take vectors away; ids that are not there are passed over. Raises OSError."""
        numbers = np.fromiter(ids, np.int64)
        with self._writing, self._lock:
            self._mark(self._rows_of(numbers))

    def search(self, query: Vectors, limit: int, among: Ids | None = None) -> list[Hit]:
        """The nearest vectors, nearest first, of those in `among` where it is given. Exact up to `CANDIDATES`
        vectors, and for nearly all of the first hits beyond."""
        wanted = np.asarray(query, np.float32).reshape(self._layout.width)
        with self._lock:
            usable = self._alive[: self._count]
            if among is not None:
                usable = usable & np.isin(self._ids[: self._count], among)
            rows = self._likeliest(wanted, np.flatnonzero(usable), max(CANDIDATES, 4 * limit))
            ids, found = self._ids[rows], self._read(rows)
        similarities = found["row"][:, : self._layout.width].astype(np.float32) @ wanted
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
                kept = np.flatnonzero(self._alive[: self._count])
                removed = self._count - len(kept)
            if not removed or removed < least * self._count:
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
            self._forget()

    # --- in memory; `_lock` is held ---

    def _forget(self) -> None:
        self._count = 0
        self._ids = np.zeros(0, np.int64)
        self._alive = np.zeros(0, np.bool_)
        self._signs = np.zeros((0, self._layout.sign_words), np.uint64)

    def _hold(self, records: Records, valid: npt.NDArray[np.bool_]) -> None:
        """Take in records that follow those held."""
        start, end = self._count, self._count + len(records)
        if end > len(self._ids):
            room = max(end, len(self._ids) * 3 // 2, 64)
            self._ids, self._alive = np.resize(self._ids, room), np.resize(self._alive, room)
            self._signs = np.resize(self._signs, (room, self._layout.sign_words))
        self._ids[start:end] = np.where(valid, records["id"], _NO_ID)
        self._alive[start:end] = valid & (records["removed"] == 0)
        self._signs[start:end] = self._layout.signs(records["row"])
        self._count = end

    def _keep_latest(self) -> None:
        """Of records with the same id the last decides, a removed one too: the older may have been left unmarked."""
        latest = np.zeros(self._count, np.bool_)
        latest[_last_of_each(self._ids[: self._count])] = True
        self._alive[: self._count] &= latest

    def _rows_of(self, ids: Ids) -> Rows:
        return np.flatnonzero(np.isin(self._ids[: self._count], ids) & self._alive[: self._count])

    def _likeliest(self, query: Vectors, rows: Rows, most: int) -> Rows:
        if len(rows) <= most:
            return rows
        padded = np.zeros((1, self._layout.padded), np.float32)
        padded[0, : len(query)] = query
        signs = self._signs[: self._count] if len(rows) == self._count else self._signs[rows]
        apart = np.bitwise_count(signs ^ self._layout.signs(padded)).sum(1, np.uint16)
        return np.sort(rows[np.argpartition(apart, most)[:most]])

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
        self._forget()
        if _starts_with(self._path, self._header):
            self._file = FileIO(self._path, "r+" if self._writable else "r")
            self._load()

    def _load(self) -> None:
        """Take in what lies behind the records held. What breaks off at the end is dropped."""
        if self._file is None:
            return
        known = end = self._count
        self._file.seek(self._offset(known))
        while records := self._file.read(_CHUNK * self._layout.size):
            whole = len(records) // self._layout.size
            chunk = np.frombuffer(records, self._layout.dtype, whole)
            valid = self._layout.are_valid(chunk)
            if valid.any():
                end = self._count + int(np.flatnonzero(valid)[-1]) + 1
            self._hold(chunk, valid)
            if whole < _CHUNK:
                break
        self._count = end
        if end > known:
            self._keep_latest()
        if self._writable:
            self._file.truncate(self._offset(end))

    def _append(self, records: Records) -> None:
        """Write behind the records held; nothing stays of what could not be written whole."""
        file, end = self._open_file(), self._offset(self._count)
        try:
            _write(file, end, records.tobytes())
        except BaseException:
            with suppress(OSError):
                file.truncate(end)
            raise
        self._hold(records, np.ones(len(records), np.bool_))

    def _mark(self, rows: Rows) -> None:
        for row in rows:
            _write(self._open_file(), self._offset(int(row)) + REMOVED_AT, b"\1")
            self._alive[row] = False

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


def _last_of_each(ids: Ids) -> Rows:
    """Where each id stands last, in order."""
    first_from_behind = np.unique(ids[::-1], return_index=True)[1]
    return np.sort(len(ids) - 1 - first_from_behind)
