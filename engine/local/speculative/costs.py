"""Step costs by number of rows, measured in use."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from math import ceil

# Steps of about as many rows are judged together; each of these is the most rows of its group.
GROUPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096)
# So many last rows of a size count, but at least, and at most, so many last steps.
LAST_ROWS, FEWEST, MOST = 128, 5, 64
# What they take on average counts: on a busy machine a short step is seldom disturbed, but then for long, and a long
# one always, for a part of it. A step of more than so many times the usual one is as long as that.
DISTURBED = 16.0
# A size that was not used for so many steps is as good as unknown: what made it dear may have passed.
REMEMBERED = 2048
# The first so many steps of a size count for at most so many times what the other sizes let expect: one of them
# alone may have been disturbed, and a size that seems too dear is not used again soon.
UNSURE, SURPRISE = 2, 1.5
# Of each further row, as a share of the first, as long as only steps of one size are known.
FURTHER_ROW = 0.5


class _Group:
    """Recent steps of about as many rows."""

    __slots__ = ("_is_stale", "_rows", "_seconds", "last", "rows", "seconds")

    def __init__(self, size: int) -> None:
        last = max(FEWEST, min(MOST, LAST_ROWS // size))
        self._rows: deque[int] = deque(maxlen=last)
        self._seconds: deque[float] = deque(maxlen=last)
        self.rows = self.seconds = 0.0
        self._is_stale = False
        self.last = 0  # the number of the last step

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: int, seconds: float, number: int) -> None:
        self.last = number
        self._rows.append(rows)
        self._seconds.append(seconds)
        self._is_stale = True

    def settle(self) -> None:
        """Fold recent steps into `rows` and `seconds`; not after each step, which would be timed too."""
        if not self._is_stale:
            return
        self._is_stale = False
        count = len(self._rows)
        self.rows = sum(self._rows) / count
        most = DISTURBED * sorted(self._seconds)[(count - 1) // 2]
        self.seconds = sum(min(each, most) for each in self._seconds) / count


class StepCosts:
    """One per session. Takes the seconds of each step and predicts those of any number of rows."""

    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}
        self._rows: list[float] = []
        self._seconds: list[float] = []
        self._is_stale = False
        self._steps = 0

    def took(self, rows: int, seconds: float) -> None:
        """Record a step of so many rows and seconds."""
        if rows < 1 or seconds <= 0.0:
            return
        place = bisect_left(GROUPS, rows)
        group = self._groups.get(place)
        if group is None or len(group) < UNSURE:
            expected = self.seconds(rows)
            if expected and rows > self._rows[0]:
                seconds = min(seconds, SURPRISE * expected)
        if group is None:
            group = self._groups[place] = _Group(GROUPS[min(place, len(GROUPS) - 1)])
        self._steps += 1
        group.add(rows, seconds, self._steps)
        self._is_stale = True

    def seconds(self, rows: int) -> float:
        """The predicted seconds of a step of so many rows; 0.0 while unknown. Never decreases with rows.

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
        """Fit the curve through the groups, non-decreasing in rows."""
        oldest = self._steps - REMEMBERED
        for group in self._groups.values():
            group.settle()
        groups = sorted(
            (group for group in self._groups.values() if group.last > oldest), key=lambda group: group.rows
        )
        self._rows = [group.rows for group in groups]
        self._seconds = [group.seconds for group in groups]
        for place in range(len(groups) - 2, -1, -1):
            self._seconds[place] = min(self._seconds[place], self._seconds[place + 1])
        for place in range(1, len(groups)):
            for fewer in (0, place - 1):
                steps = ceil(self._rows[place] / self._rows[fewer])
                self._seconds[place] = min(self._seconds[place], steps * self._seconds[fewer])
        self._is_stale = False
