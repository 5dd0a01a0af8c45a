"""What a file of the hub holds: bytes on disk, in memory, on disk with a few changed, or computed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from tests.support.caches import cache_folder

PIECE = 2**20
Sent = Callable[[int], None]


class Content:
    """Bytes that can be read anywhere. `sha256` is what the hub tells of them."""

    bytes: int
    sha256: str

    def read(self, start: int, length: int) -> bytes:
        raise NotImplementedError

    def send(self, connection: socket.socket, start: int, end: int, sent: Sent) -> None:
        """Send the bytes from `start` to `end` (excluded); `sent` is told of each piece that went out."""
        while start < end:
            piece = self.read(start, min(PIECE, end - start))
            connection.sendall(piece)
            sent(len(piece))
            start += len(piece)


class MemoryContent(Content):
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.bytes = len(data)
        self.sha256 = hashlib.sha256(data).hexdigest()

    def read(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]


class DiskContent(Content):
    """A file on disk, sent by the kernel without a copy. Its hash is computed once and kept."""

    def __init__(self, path: Path, sha256: str = "") -> None:
        self.path = path
        self.bytes = path.stat().st_size
        self._known = sha256

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        return self._known or kept_sha256(self.path)

    def read(self, start: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(length)

    def send(self, connection: socket.socket, start: int, end: int, sent: Sent) -> None:
        with self.path.open("rb") as file:
            while start < end:
                count = os.sendfile(connection.fileno(), file.fileno(), start, min(PIECE, end - start))
                if not count:
                    raise OSError("the file ended before its end")
                sent(count)
                start += count


class ChangedContent(Content):
    """Another content with some bytes written over: `changes` are bytes by their place."""

    def __init__(self, base: Content, changes: Mapping[int, bytes], sha256: str = "") -> None:
        self._base = base
        self._changes = sorted(changes.items())
        self._known = sha256
        self.bytes = base.bytes

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        if self._known:
            return self._known
        if isinstance(self._base, DiskContent):
            changes = json.dumps([(place, data.hex()) for place, data in self._changes])
            return kept_sha256(self._base.path, changes, self)
        return sha256_of(self)

    def read(self, start: int, length: int) -> bytes:
        data = bytearray(self._base.read(start, length))
        for place, change in self._changes:
            low, high = max(place, start), min(place + len(change), start + len(data))
            if low < high:
                data[low - start : high - start] = change[low - place : high - place]
        return bytes(data)

    def send(self, connection: socket.socket, start: int, end: int, sent: Sent) -> None:
        for place, change in self._changes:
            low, high = max(place, start), min(place + len(change), end)
            if low >= high:
                continue
            self._base.send(connection, start, low, sent)
            connection.sendall(change[low - place : high - place])
            sent(high - low)
            start = high
        self._base.send(connection, start, end, sent)


class ComputedContent(Content):
    """A file of any size whose bytes are computed: `head`, then numbered blocks of noise, no two alike."""

    def __init__(self, head: bytes, size: int, *, seed: int = 0, sha256: str = "") -> None:
        if size < len(head):
            raise ValueError("the head is longer than the file")
        self._head = head
        self._noise = random.Random(seed).randbytes(PIECE)
        self._known = sha256
        self.bytes = size

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        return self._known or sha256_of(self)

    def read(self, start: int, length: int) -> bytes:
        end = min(start + length, self.bytes)
        pieces = [self._head[start:end]] if start < len(self._head) else []
        start += len(pieces[0]) if pieces else 0
        while start < end:
            number, within = divmod(start, PIECE)
            block = number.to_bytes(8, "little") + self._noise[8:]
            pieces.append(block[within : within + end - start])
            start += len(pieces[-1])
        return b"".join(pieces)


def sha256_of(content: Content) -> str:
    digest = hashlib.sha256()
    for start in range(0, content.bytes, PIECE):
        digest.update(content.read(start, PIECE))
    return digest.hexdigest()


def made_up_sha256(name: str) -> str:
    """For a file that nobody fetches whole: 64 digits that are its own and not true."""
    return hashlib.sha256(f"made up for {name}".encode()).hexdigest()


def kept_sha256(path: Path, changes: str = "", content: Content | None = None) -> str:
    """The hash of a file that does not change, kept between runs under its path, size and time."""
    status = path.stat()
    key = f"{path.resolve()}:{status.st_size}:{status.st_mtime_ns}:{changes}"
    kept = cache_folder("hashes") / hashlib.sha256(key.encode()).hexdigest()
    try:
        if len(text := kept.read_text()) == 64:
            return text
    except FileNotFoundError:
        pass
    if content is None:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    else:
        found = sha256_of(content)
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_text(found)
    partial.replace(kept)
    return found
