"""The newest hidden rows of one sequence, by position."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]

# So many are kept; a head reads no more of a text than these before it begins to guess.
KEPT = 256


class Trail:
    """Rows of the positions from `first` up to `end`, `width` floats each."""

    def __init__(self, width: int) -> None:
        # Twice as many as are kept, so that most need not move when one is added.
        self._rows = np.empty((2 * KEPT, width), np.float32)
        self.first = 0
        self._count = 0

    @property
    def end(self) -> int:
        return self.first + self._count

    def add(self, position: int, rows: Rows) -> None:
        """Set the rows from this position on; what was there, and what follows a gap, is forgotten."""
        self.cut(position)
        if position != self.end:
            self.first, self._count = position, 0
        if len(rows) > KEPT:
            self.first, self._count = position + len(rows) - KEPT, 0
            rows = rows[-KEPT:]
        if self._count + len(rows) > len(self._rows):
            self._rows[:KEPT] = self._rows[self._count - KEPT : self._count]
            self.first += self._count - KEPT
            self._count = KEPT
        self._rows[self._count : self._count + len(rows)] = rows
        self._count += len(rows)

    def cut(self, end: int) -> None:
        """Forget the rows from position `end` on."""
        self._count = max(0, min(self._count, end - self.first))

    def rows(self, first: int, end: int) -> Rows:
        """The rows of these positions, not a copy."""
        return self._rows[first - self.first : end - self.first]
