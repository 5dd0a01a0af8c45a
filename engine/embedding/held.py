"""What a vector file keeps in memory: ids, which vectors are there, their mean, and the signs of their numbers.

Vectors of one model all lie to one side, and some lie near any question, above all near one in another language. What
they have in common tells nothing, so similarity is measured from their mean: of Korean questions about English text
that raises the share with the answer among the first five from 0.16 to 0.97 (`make bench PARTS=answers`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.embedding.api import Vectors
from engine.embedding.records import RecordLayout, Records

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Reader = Callable[[Rows], Records]

# So many of the vectors whose signs agree best are compared in full; fewer vectors need no signs.
CANDIDATES = 1000
# The mean of few vectors says little: that of this many counts half.
_FEW = 16
# Signs are taken anew from the mean when there are so many times more vectors.
_GROWN = 32
# In place of the id of a record that is not whole.
_NO_ID = np.iinfo(np.int64).min


class Held:
    """Vectors by their row in the file. `read` gives their records. Not thread-safe."""

    def __init__(self, layout: RecordLayout, read: Reader) -> None:
        self._layout = layout
        self._read = read
        self.count = 0
        self._ids = np.zeros(0, np.int64)
        self._alive = np.zeros(0, np.bool_)
        self._sum = np.zeros(layout.padded)
        self._alive_count = 0
        # Word after word of all vectors: so they are compared four times faster than vector after vector.
        self._signs = np.zeros((layout.sign_words, 0), np.uint64)
        self._center: npt.NDArray[np.float32] | None = None
        self._centered_at = 0

    @property
    def ids(self) -> Ids:
        return self._ids[: self.count]

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        return self._alive[: self.count]

    def __len__(self) -> int:
        return self._alive_count

    def hold(self, records: Records, valid: npt.NDArray[np.bool_]) -> None:
        """Take in records that follow those held and are in the file."""
        start, end = self.count, self.count + len(records)
        if end > len(self._ids):
            room = max(end, len(self._ids) * 3 // 2, 64)
            self._ids, self._alive = np.resize(self._ids, room), np.resize(self._alive, room)
            self._signs = np.pad(self._signs, ((0, 0), (0, room - self._signs.shape[1])))
        self._ids[start:end] = np.where(valid, records["id"], _NO_ID)
        alive = valid & (records["removed"] == 0)
        self._alive[start:end] = alive
        self._sum += records["row"][alive].sum(0, np.float64)
        self._alive_count += int(alive.sum())
        self.count = end
        if self._alive_count >= max(CANDIDATES, _GROWN * self._centered_at):
            self._take_signs()
        elif self._center is not None:
            self._signs[:, start:end] = self._signs_of(np.where(valid[:, None], records["row"], 0))

    def drop(self, rows: Rows) -> None:
        """These rows, which are alive, are so no longer."""
        self._alive[rows] = False
        self._sum -= self._read(rows)["row"].sum(0, np.float64)
        self._alive_count -= len(rows)

    def keep_latest(self) -> None:
        """Of rows with the same id the last decides, a removed one too: the older may have been left unmarked."""
        latest = np.zeros(self.count, np.bool_)
        latest[last_of_each(self.ids)] = True
        self.drop(np.flatnonzero(self.alive & ~latest))

    def rows_of(self, ids: Ids) -> Rows:
        return np.flatnonzero(np.isin(self.ids, ids) & self.alive)

    def likeliest(self, query: Vectors, among: Ids | None, most: int) -> Rows:
        """Rows whose vectors agree best with the query by their signs, all if they are not more than `most`."""
        rows = np.flatnonzero(self.alive) if among is None else self.rows_of(among)
        if len(rows) <= most or self._center is None:
            return rows
        differ = self._signs[:, : self.count] ^ self._signs_of(self._padded(query)[None])
        apart = np.bitwise_count(differ).sum(0, np.uint16)[rows]
        return np.sort(rows[np.argpartition(apart, most)[:most]])

    def similarities(self, query: Vectors, records: Records) -> npt.NDArray[np.float32]:
        """Cosines of the angles to the query, as seen from the mean."""
        mean = self._mean()
        rows = records["row"].astype(np.float32) - mean
        wanted = self._padded(query) - mean
        lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(wanted)
        found: npt.NDArray[np.float32] = (rows @ wanted) / np.maximum(lengths, np.float32(1e-12))
        return found

    def _mean(self) -> npt.NDArray[np.float32]:
        return (self._sum / (self._alive_count + _FEW)).astype(np.float32)

    def _padded(self, query: Vectors) -> npt.NDArray[np.float32]:
        padded = np.zeros(self._layout.padded, np.float32)
        padded[: self._layout.width] = query
        return padded

    def _signs_of(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
        return self._layout.signs(rows - self._center).T

    def _take_signs(self) -> None:
        self._center, self._centered_at = self._mean(), self._alive_count
        for start in range(0, self.count, CANDIDATES):
            rows = np.arange(start, min(start + CANDIDATES, self.count))
            records = self._read(rows)
            whole = (self._ids[rows] != _NO_ID)[:, None]
            self._signs[:, rows] = self._signs_of(np.where(whole, records["row"], 0))


def last_of_each(ids: Ids) -> Rows:
    """Where each id stands last, in order."""
    first_from_behind = np.unique(ids[::-1], return_index=True)[1]
    return np.sort(len(ids) - 1 - first_from_behind)
