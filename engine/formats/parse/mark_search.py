"""Searches a growing text for several marks at once."""

from __future__ import annotations

import re
from bisect import bisect_left

_NEVER = "(?!)"


class MarkSearch:
    """Texts to look for.

    `search` finds the first of them, the longest where several begin; `may_begin` the first character that one begins
    with. Both take a text and the offset to start at.
    """

    def __init__(self, marks: tuple[str, ...]) -> None:
        self._marks = sorted(filter(None, marks))
        longest_first = sorted(self._marks, key=len, reverse=True)
        self.search = re.compile("|".join(map(re.escape, longest_first)) or _NEVER).search
        self._firsts = re.compile("|".join({re.escape(mark[0]) for mark in self._marks}) or _NEVER)
        self.may_begin = self._firsts.search
        self._longest = max(map(len, self._marks), default=0)

    def begun(self, data: str, position: int) -> int:
        """The offset of a mark that the end of `data` cuts off; the length of `data` if none."""
        start = max(position, len(data) - self._longest + 1)
        for first in self._firsts.finditer(data, start):
            if self._is_begun(data[first.start() :]):
                return first.start()
        return len(data)

    def _is_begun(self, rest: str) -> bool:
        place = bisect_left(self._marks, rest)  # of the first mark that begins with it, where one does
        return place < len(self._marks) and self._marks[place].startswith(rest)
