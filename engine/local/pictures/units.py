"""Pictures in lists of tokens: each is a unit of negative numbers, one for each of its rows. Pure.

The numbers are made of the picture's digest, so that equal prefixes of two lists hold equal pictures, in memory and
in kept states. The first says how many rows the unit has and how many positions it takes, which may be fewer
(M-RoPE); a unit of a single row has only its digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

# Numbers are -1 - n: n has this bit in the first of a unit, and below it rows and positions, 15 bits each.
_FIRST, _BITS = 2**30, 15
MOST_ROWS = 2**_BITS - 1


class Unit(NamedTuple):
    """A picture in a list, from `start` on; the list may end before all its rows."""

    start: int
    rows: int
    positions: int

    @property
    def end(self) -> int:
        return self.start + self.rows


def unit(digest: str, rows: int, positions: int) -> tuple[int, ...]:
    """The numbers of a picture with this digest."""
    wanted = 4 * rows
    data = hashlib.shake_256(digest.encode()).digest(wanted)
    numbers = [int.from_bytes(data[at : at + 4], "little") % _FIRST for at in range(0, wanted, 4)]
    if rows > 1:
        numbers[0] = _FIRST | rows << _BITS | positions
    return tuple(-1 - number for number in numbers)


def units(tokens: Sequence[int]) -> list[Unit]:
    """The pictures in a list that begins outside of one."""
    found: list[Unit] = []
    end = 0
    for place, token in enumerate(tokens):
        if token < 0 and place >= end:
            found.append(_unit(place, -1 - token))
            end = found[-1].end
    return found


def _unit(start: int, number: int) -> Unit:
    if not number & _FIRST:
        return Unit(start, 1, 1)
    return Unit(start, (number >> _BITS) & MOST_ROWS, number & MOST_ROWS)
