"""Crash-safe journal of an incomplete file.

A line of JSON says which file it is; then come records of one length, one for each part that was written. A
record is written after its part, and neither is waited for to reach the disk: after a power cut a record may
speak of bytes that never arrived, which their hash will tell.
"""

from __future__ import annotations

import os
import struct
import threading
from contextlib import suppress
from pathlib import Path

import msgspec
import xxhash

_VERSION = 1
_MOST_HEADER = 4096
# A part's number, its XXH3-128, and the XXH3-64 of both.
_RECORD = struct.Struct("<Q16sQ")


class Header(msgspec.Struct, frozen=True):
    """Which bytes a journal is about. Another header means another file: nothing of it may be used."""

    bytes: int
    sha256: str
    etag: str
    part_bytes: int
    version: int = _VERSION


class Journal:
    """The open journal of one file. `hashes` has the XXH3-128 of each part that was written."""

    def __init__(self, path: Path, header: Header, hashes: dict[int, bytes]) -> None:
        self.header, self.hashes = header, hashes
        self._path = path
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)

    @classmethod
    def begin(cls, path: Path, header: Header) -> Journal:
        """Replace whatever is there with an empty journal."""
        new = path.with_name(path.name + ".new")
        new.write_bytes(msgspec.json.encode(header) + b"\n")
        new.replace(path)
        return cls(path, header, {})

    @classmethod
    def resume(cls, path: Path) -> Journal | None:
        """Open an existing journal; None if missing or unreadable."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        end = data.find(b"\n", 0, _MOST_HEADER)
        try:
            header = msgspec.json.decode(data[: max(0, end)], type=Header)
        except msgspec.DecodeError:
            return None
        if header.version != _VERSION or header.part_bytes < 1 or header.bytes < 0:
            return None
        hashes, good = _records(data, end + 1, -(-header.bytes // header.part_bytes))
        if good != len(data):
            # Torn by a crash: what is appended from here on must not follow half a record.
            os.truncate(path, good)
        return cls(path, header, hashes)

    def append(self, index: int, digest: bytes) -> None:
        """Record a written part; a later record of the same part wins. Raises OSError."""
        record = _RECORD.pack(index, digest, _check(index, digest))
        with self._lock:
            written = os.write(self._file, record)
            if written != len(record):
                with suppress(OSError):
                    os.truncate(self._path, os.fstat(self._file).st_size - written)
                raise OSError(28, os.strerror(28))
            self.hashes[index] = digest

    def close(self) -> None:
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1


def _check(index: int, digest: bytes) -> int:
    return xxhash.xxh3_64_intdigest(struct.pack("<Q16s", index, digest))


def _records(data: bytes, start: int, count: int) -> tuple[dict[int, bytes], int]:
    """The whole records from `start`, and where the first that is not whole begins."""
    hashes: dict[int, bytes] = {}
    position = start
    while position + _RECORD.size <= len(data):
        index, digest, check = _RECORD.unpack_from(data, position)
        if check != _check(index, digest) or index >= count:
            break
        hashes[index] = digest
        position += _RECORD.size
    return hashes, position
