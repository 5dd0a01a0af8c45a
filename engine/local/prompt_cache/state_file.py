"""One state as a file: what it is of in a header, then the bytes, each with its checksum.

    "COTSTATE", version, bytes of the header, bytes of the data, XXH3-128 of the header, XXH3-128 of the data
    header: msgpack of `Header`
    data: the state, then its partial states

Numbers are little-endian. A file is whole or not there: it is written under another name, then renamed. Nothing
that it says is believed before the lengths add up to its size and the checksums are right.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path

import msgspec
import numpy as np
import xxhash

from engine.local.prompt_cache.folder import VERSION, WRITING
from engine.local.prompt_cache.prefix import Tokens
from engine.local.prompt_cache.values import Data, PackedTexts

_MAGIC = b"COTSTATE"
_START = struct.Struct("<8sIIQ16s16s")
_ROW = np.dtype("<i4")
_CHUNK = 4 * 2**20


class Unusable(ValueError):
    """A cut, changed, foreign or inconsistent file."""


class Stopped(Exception):
    """The write is no longer wanted."""


class Header(msgspec.Struct, frozen=True):
    """What a file holds. A text of `said` stands for so many of the first `tokens`, or for tokens of its own.
    `size` is that of the state in bytes, `partials` are the positions and sizes of what follows it."""

    key: str
    tokens: bytes
    said: tuple[tuple[str, int | bytes], ...]
    size: int
    partials: tuple[tuple[int, int], ...]

    @property
    def all_bytes(self) -> int:
        return self.size + sum(size for _, size in self.partials)


def header_of(
    key: str, tokens: Tokens, said: PackedTexts, data: Data, partials: Sequence[tuple[int, Data]]
) -> Header:
    def meant(row: Tokens) -> int | bytes:
        return len(row) if np.array_equal(row, tokens[: len(row)]) else row_bytes(row)

    return Header(
        key,
        row_bytes(tokens),
        tuple((text, meant(row)) for text, row in said),
        len(data),
        tuple((position, len(part)) for position, part in partials),
    )


def file_bytes(header: Header) -> int:
    """What a file takes, all in all."""
    return _START.size + len(msgspec.msgpack.encode(header)) + header.all_bytes


def write(
    place: Path,
    header: Header,
    data: Data,
    partials: Sequence[Data],
    unwanted: Callable[[], bool],
    *,
    settled: bool = True,
) -> None:
    """Raises OSError, `Stopped` once `unwanted` says so; then nothing is left behind. With `settled` False it is left
    to the system when the bytes reach the disk: should the machine fail before, the checksums tell."""
    about = msgspec.msgpack.encode(header)
    check = xxhash.xxh3_128()
    for piece in (data, *partials):
        check.update(piece)
    start = _START.pack(
        _MAGIC, VERSION, len(about), header.all_bytes, xxhash.xxh3_128_digest(about), check.digest()
    )
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=WRITING)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            for piece in (start, about, data, *partials):
                _write_piece(file, memoryview(piece), unwanted)
            if settled:
                os.fsync(file.fileno())
                _drop_from_cache(file)
        unfinished.replace(place)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def read_header(place: Path, most: int) -> Header:
    """Raises OSError, `Unusable`; a file of more than `most` bytes is."""
    with place.open("rb", buffering=0) as file:
        return _header(file, most)[0]


def read(place: Path, most: int) -> tuple[Header, Data, tuple[Data, ...]]:
    """A file's header, state and partial states. Raises OSError, `Unusable`; a file of more than `most` bytes is."""
    with place.open("rb", buffering=0) as file:
        header, check = _header(file, most)
        try:
            whole = memoryview(bytearray(header.all_bytes))
        except MemoryError as error:
            raise Unusable from error
        _read_into(file, whole)
        _drop_from_cache(file)
    if xxhash.xxh3_128_digest(whole) != check:
        raise Unusable
    parts, start = [], header.size
    for _, size in header.partials:
        parts.append(whole[start : start + size])
        start += size
    return header, whole[: header.size], tuple(parts)


def row_bytes(tokens: Tokens) -> bytes:
    """Tokens as a header holds them."""
    return tokens.astype(_ROW).tobytes()


def tokens_in(header: Header) -> Tokens:
    return _row(header.tokens)


def said_in(header: Header, tokens: Tokens) -> PackedTexts:
    return tuple(
        (text, tokens[:meant] if isinstance(meant, int) else _row(meant)) for text, meant in header.said
    )


def _write_piece(file: FileIO, piece: memoryview, unwanted: Callable[[], bool]) -> None:
    done = 0
    while done < len(piece):
        if unwanted():
            raise Stopped
        done += file.write(piece[done : done + _CHUNK])


def _read_into(file: FileIO, whole: memoryview) -> None:
    done = 0
    while done < len(whole):
        count = file.readinto(whole[done : done + _CHUNK])
        if not count:
            raise Unusable
        done += count


def _header(file: FileIO, most: int) -> tuple[Header, bytes]:
    """The header and the checksum of the data."""
    size = os.fstat(file.fileno()).st_size
    start = bytearray(_START.size)
    if not _START.size <= size <= most:
        raise Unusable
    _read_into(file, memoryview(start))
    magic, version, length, data, check, data_check = _START.unpack(start)
    if magic != _MAGIC or version != VERSION or _START.size + length + data != size:
        raise Unusable
    about = bytearray(length)
    _read_into(file, memoryview(about))
    if xxhash.xxh3_128_digest(about) != check:
        raise Unusable
    try:
        header = msgspec.msgpack.decode(about, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable from error
    if not _adds_up(header, data):
        raise Unusable
    return header, data_check


def _adds_up(header: Header, data: int) -> bool:
    width = _ROW.itemsize
    count = len(header.tokens) // width
    positions = [position for position, _ in header.partials]
    return (
        count > 0
        and len(header.tokens) % width == 0
        and header.size > 0
        and all(size > 0 for _, size in header.partials)
        and header.all_bytes == data
        and positions == sorted(positions)
        and all(0 <= position <= count for position in positions)
        and all(
            0 <= meant <= count if isinstance(meant, int) else len(meant) % width == 0
            for _, meant in header.said
        )
    )


def _row(data: bytes) -> Tokens:
    return np.frombuffer(data, dtype=_ROW).astype(np.int32, copy=False)


def _drop_from_cache(file: FileIO) -> None:
    """What the system caches shall be the weights, which are read again and again, not this."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
