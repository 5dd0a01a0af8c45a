"""Packed token arrays and their common prefix. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Tokens = npt.NDArray[np.int32]
# Most sequences that differ do so at once, and those that agree do so for thousands of tokens.
_FIRST_LOOK = 64


def packed(tokens: Sequence[int]) -> Tokens:
    """Pack tokens at four bytes each."""
    return np.asarray(tokens, dtype=np.int32)


def common_prefix(one: Tokens, other: Tokens) -> int:
    """The length of the common prefix."""
    length = min(len(one), len(other))
    look = min(length, _FIRST_LOOK)
    start = 0
    while start < length:
        differs = one[start:look] != other[start:look]
        first = int(differs.argmax())
        if differs[first]:
            return start + first
        start, look = look, length
    return length
