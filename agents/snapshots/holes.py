"""Files with holes: read without reading the zeros from the disk, and written with the holes in them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import IO

CHUNK = 1024 * 1024
_BLOCK = 4096
_ZEROS = bytes(CHUNK)


def read_pieces(file: int, length: int) -> Iterator[bytes]:
    """What the descriptor `file` holds from where it stands, at most `length` bytes, in chunks; holes as zeros.

    Raises OSError when it cannot be read.
    """
    at = os.lseek(file, 0, os.SEEK_CUR)
    end = at + length
    while at < end:
        data = _data_from(file, at, min(end, os.fstat(file).st_size))
        while at < data:
            piece = _ZEROS[: min(CHUNK, data - at)]
            at += len(piece)
            yield piece
        os.lseek(file, at, os.SEEK_SET)
        read = os.read(file, min(CHUNK, end - at)) if at < end else b""
        if not read:
            return
        at += len(read)
        yield read


def _data_from(file: int, at: int, end: int) -> int:
    """Where the next data begins, `end` when only a hole follows."""
    if sys.platform == "win32":
        return at
    try:
        return max(at, min(os.lseek(file, at, os.SEEK_DATA), end))
    except OSError:  # nothing but a hole, or a file system that knows none
        return max(at, end) if os.fstat(file).st_blocks == 0 or _ends_in_hole(file, at) else at


def _ends_in_hole(file: int, at: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        return os.lseek(file, at, os.SEEK_HOLE) == at
    except OSError:
        return False


def write_pieces(target: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Write to a new file, leaving holes where its blocks are all zeros."""
    at = target.tell()
    for piece in pieces:
        for part in _parts(piece, at):
            if part == _ZEROS[: len(part)]:
                target.seek(len(part), os.SEEK_CUR)
            else:
                target.write(part)
        at += len(piece)
    target.truncate()


def _parts(piece: bytes, at: int) -> Iterator[bytes]:
    """The blocks of a piece that begins at `at`; the piece itself where none of them is all zeros or all are."""
    if _ZEROS[:_BLOCK] not in piece or piece == _ZEROS[: len(piece)]:
        yield piece
        return
    begin, end = 0, _BLOCK - at % _BLOCK
    while begin < len(piece):
        yield piece[begin:end]
        begin, end = end, end + _BLOCK
