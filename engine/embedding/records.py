"""Format of a vector file: a header, then records of one size, each with a checksum of its own.

A record holds an id, the vector in half precision and a byte that marks it as removed. That byte is the only thing
ever written twice and is not part of the checksum, so a file is consistent wherever its writing broke off.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.embedding.api import Vectors

MAGIC = b"CVECTOR1"
HEADER_BYTES = 64
# Of a record: where its byte for "removed" lies.
REMOVED_AT = 16

Records = npt.NDArray[np.void]
_Words = npt.NDArray[np.uint64]
_WORDS_BEFORE_ROW = 3
_SEED = 0x9E3779B97F4A7C15


class RecordLayout:
    """The records of vectors of one width."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.padded = -(-width // 4) * 4  # so that a row is whole words of eight bytes
        self.dtype = np.dtype(
            [
                ("id", "<i8"),
                ("check", "<u8"),
                ("removed", "u1"),
                ("unused", "u1", (7,)),
                ("row", "<f2", (self.padded,)),
            ]
        )
        self.size = self.dtype.itemsize
        # Odd: any change within one word then changes the sum.
        random = np.random.Generator(np.random.PCG64(_SEED))
        count = 1 + self.padded // 4
        self._factors = random.integers(0, 2**64, count, np.uint64, endpoint=False) | np.uint64(1)

    def packed(self, ids: npt.NDArray[np.int64], vectors: Vectors) -> Records:
        records = np.zeros(len(ids), self.dtype)
        records["id"] = ids
        records["row"][:, : self.width] = vectors
        records["check"] = self._checksums(records)
        return records

    def are_valid(self, records: Records) -> npt.NDArray[np.bool_]:
        valid: npt.NDArray[np.bool_] = self._checksums(records) == records["check"]
        return valid

    def _checksums(self, records: Records) -> _Words:
        """Multilinear, modulo 2^64. A stretch of zeros, as a crash of the machine leaves, is not valid."""
        words = np.ascontiguousarray(records).view("<u8").reshape(len(records), self.size // 8)
        sums: _Words = (words[:, _WORDS_BEFORE_ROW:] * self._factors[1:]).sum(1, np.uint64)
        sums += words[:, 0] * self._factors[0] + np.uint64(_SEED)
        return sums

    def header(self, digest: str) -> bytes:
        """Beginning of a file for the vectors of the embedder with this digest."""
        start = MAGIC + self.width.to_bytes(4, "little") + hashlib.sha256(digest.encode()).digest()
        return start.ljust(HEADER_BYTES, b"\0")

    def signs(self, rows: npt.NDArray[Any]) -> _Words:
        """One bit for each number: whether it is negative. Rows of words of 64 bits."""
        packed = np.packbits(rows < 0, axis=1)
        words = np.zeros((len(rows), self.sign_words * 8), np.uint8)
        words[:, : packed.shape[1]] = packed
        return words.view(np.uint64)

    @property
    def sign_words(self) -> int:
        return -(-self.padded // 64)
