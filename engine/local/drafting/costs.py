"""What steps of so many rows take, measured as they happen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque

# Steps of about as many rows are judged together; each of these is the most rows of its group.
GROUPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096)
# The middle one of so many last steps counts: another program's turn makes single steps many times longer.
LAST = 7
# The first so many steps of a size count for at most so many times what the other sizes let expect: one of them
# alone may have been disturbed, and a size that seems too dear is not used again soon.
UNSURE, SURPRISE = 2, 1.5
# Of each further row, as a share of the first, as long as only steps of one size are known.
FURTHER_ROW = 0.5


class _Group:
    """The last steps of about as many rows."""

    __slots__ = ("_rows", "_seconds", "rows", "seconds")

    def __init__(self) -> None:
        self._rows: deque[int] = deque(maxlen=LAST)
        self._seconds: deque[float] = deque(maxlen=LAST)
        self.rows = self.seconds = 0.0

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: int, seconds: float) -> None:
        self._rows.append(rows)
        self._seconds.append(seconds)
        self.rows = sum(self._rows) / len(self._rows)
        # Of an even number the lower one: what disturbs makes steps longer, never shorter.
        self.seconds = sorted(self._seconds)[(len(self._seconds) - 1) // 2]


class StepCosts:
    """One per session. Told the seconds of each step, it predicts those of a step of any number of rows."""

    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}
        self._rows: list[float] = []
        self._seconds: list[float] = []
        self._is_stale = False

    def took(self, rows: int, seconds: float) -> None:
        """A step of so many rows took so many seconds."""
        if rows < 1 or seconds <= 0.0:
            return
        place = bisect_left(GROUPS, rows)
        group = self._groups.get(place)
        if group is None:
            group = self._groups[place] = _Group()
        if len(group) < UNSURE and self._rows and rows > self._rows[0]:
            seconds = min(seconds, SURPRISE * self.seconds(rows))
        group.add(rows, seconds)
        self._is_stale = True

    def seconds(self, rows: int) -> float:
        """What a step of so many rows is going to take; 0.0 as long as nothing is known. Never less for more rows.

        Between two known sizes it is a straight line. Beyond the largest, and below the smallest, each row counts
        as much as those that are known; only a single known row tells nothing of its like (`FURTHER_ROW`).
        """
        if self._is_stale:
            self._draw()
        known, seconds = self._rows, self._seconds
        if not known:
            return 0.0
        place = bisect_right(known, rows)
        if place == 0:
            return seconds[0] * rows / known[0]
        if place < len(known):
            low, high = known[place - 1], known[place]
            return seconds[place - 1] + (seconds[place] - seconds[place - 1]) * (rows - low) / (high - low)
        if place == 1:
            return seconds[0] * (1.0 + FURTHER_ROW * (rows / known[0] - 1.0))
        return seconds[-1] * rows / known[-1]

    def _draw(self) -> None:
        """The curve through the groups. A step of more rows that took less shows that fewer rows take no longer."""
        groups = sorted(self._groups.values(), key=lambda group: group.rows)
        self._rows = [group.rows for group in groups]
        self._seconds = [group.seconds for group in groups]
        for place in range(len(groups) - 2, -1, -1):
            self._seconds[place] = min(self._seconds[place], self._seconds[place + 1])
        self._is_stale = False
