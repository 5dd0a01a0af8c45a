"""Where each message of a long conversation stands, though most of them are not built. Without Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate


class Extents:
    """Heights of the messages in a column: estimates until they are measured. All in pixels.

    Tops are found by adding up, and only again from the first height that changed.
    """

    def __init__(self, estimates: Sequence[int] = ()) -> None:
        self._heights = list(estimates)
        self._tops: list[int] = [0]

    def __len__(self) -> int:
        return len(self._heights)

    def append(self, height: int) -> None:
        self._heights.append(height)

    def extend(self, heights: Iterable[int]) -> None:
        self._heights.extend(heights)

    def truncate(self, count: int) -> None:
        """Forgets all but the first `count` messages."""
        del self._heights[count:]
        del self._tops[count + 1 :]

    def height(self, index: int) -> int:
        return self._heights[index]

    def set_height(self, index: int, height: int) -> None:
        if self._heights[index] != height:
            self._heights[index] = height
            del self._tops[index + 1 :]

    def _known(self) -> list[int]:
        start = len(self._tops) - 1
        if start < len(self._heights):
            sums = accumulate(self._heights[start:], initial=self._tops[-1])
            next(sums)
            self._tops.extend(sums)
        return self._tops

    def top(self, index: int) -> int:
        return self._known()[index]

    @property
    def total(self) -> int:
        return self._known()[-1]

    def at(self, y: int) -> int:
        """The message at `y`, the nearest one outside. There must be one."""
        index = bisect_right(self._known(), y) - 1
        return min(max(index, 0), len(self._heights) - 1)

    def between(self, top: int, bottom: int) -> range:
        """The messages that reach into `top`..`bottom`."""
        if not self._heights:
            return range(0)
        return range(self.at(top), self.at(bottom) + 1)


def estimate(role: str, length: int, width: int) -> int:
    """A message's height from the length of its text, at 14 px in a column `width` wide."""
    if role == "user":
        lines = max(1, -(-length // max(20, width // 9)))
        return 66 + 22 * min(lines, 40)
    lines = max(1, -(-length // max(20, width // 8)))
    return 60 + 26 * min(lines, 1500)
