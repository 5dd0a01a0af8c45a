"""Hashes of a file's parts, kept after the download to find bit rot later."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import xxhash

from engine.durable_files import write_whole

_VERSION = 1
_MOST_HEADER = 4096
_DIGEST = 16
_Digest = bytes
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Header(msgspec.Struct, frozen=True):
    bytes: int
    sha256: str
    part_bytes: int
    version: int = _VERSION


class PartHashes(msgspec.Struct, frozen=True):
    """A file of `bytes` with this SHA-256 in parts of `part_bytes`, and the XXH3-128 of each."""

    bytes: int
    sha256: str
    part_bytes: int
    digests: tuple[_Digest, ...]

    def span(self, part: int) -> tuple[int, int]:
        """The first byte of a part, and the first after it."""
        return part * self.part_bytes, min(self.bytes, (part + 1) * self.part_bytes)


def keep(folder: Path, hashes: PartHashes) -> None:
    """Write the hashes into `folder`, whole or not at all. Raises OSError."""
    header = _Header(hashes.bytes, hashes.sha256, hashes.part_bytes)
    data = msgspec.json.encode(header) + b"\n" + b"".join(hashes.digests)
    write_whole(_place(folder, hashes.sha256), data + xxhash.xxh3_128_digest(data))


def read(folder: Path, sha256: str) -> PartHashes | None:
    """The hashes of a file by its SHA-256; None where there are none, or they are damaged themselves."""
    if not _SHA256.fullmatch(sha256):
        return None
    try:
        data = _place(folder, sha256).read_bytes()
    except OSError:
        return None
    body, check = data[:-_DIGEST], data[-_DIGEST:]
    end = body.find(b"\n", 0, _MOST_HEADER)
    if end < 0 or xxhash.xxh3_128_digest(body) != check:
        return None
    try:
        header = msgspec.json.decode(body[:end], type=_Header)
    except msgspec.DecodeError:
        return None
    digests = body[end + 1 :]
    if header.version != _VERSION or header.sha256 != sha256 or header.part_bytes < 1:
        return None
    if len(digests) != -(-header.bytes // header.part_bytes) * _DIGEST:
        return None
    return PartHashes(
        header.bytes,
        header.sha256,
        header.part_bytes,
        tuple(digests[at : at + _DIGEST] for at in range(0, len(digests), _DIGEST)),
    )


def _place(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256}.parts"
