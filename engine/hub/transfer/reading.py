"""Reads a whole file for its SHA-256 and its parts' hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import xxhash

from engine.hub.transfer.stop import StopToken

_CHUNK = 2**20


class Read(NamedTuple):
    """`size` bytes were there; `digests` are the XXH3-128 of their parts."""

    size: int
    sha256: str
    digests: tuple[bytes, ...]


def read_whole(
    path: Path, part_bytes: int, stop: StopToken, came: Callable[[int], None] | None = None
) -> Read:
    """`came` gets how many bytes have been read, chunk by chunk. Raises OSError, Stopped."""
    whole, digests, size = hashlib.sha256(), [], 0
    buffer = memoryview(bytearray(_CHUNK))
    with FileIO(path, "r") as file:
        while True:
            part, left = xxhash.xxh3_128(), part_bytes
            while left:
                stop.check()
                got = file.readinto(buffer[: min(left, _CHUNK)])
                if not got:
                    break
                whole.update(buffer[:got])
                part.update(buffer[:got])
                left -= got
                size += got
                if came is not None:
                    came(got)
            if left < part_bytes:
                digests.append(part.digest())
            if left:
                return Read(size, whole.hexdigest(), tuple(digests))
