"""Searches a growing text for several marks at once."""

from __future__ import annotations

import re


class MarkSearch:
    """Texts to look for, the longest first."""

    def __init__(self, marks: tuple[str, ...]) -> None:
        self._marks = tuple(sorted(filter(None, marks), key=len, reverse=True))
        self._search = re.compile("|".join(map(re.escape, self._marks)))
        self._firsts = re.compile("|".join({re.escape(mark[0]) for mark in self._marks}))
        self._longest = max(map(len, self._marks), default=0)

    def __bool__(self) -> bool:
        return bool(self._marks)

    def search(self, data: str, position: int) -> re.Match[str] | None:
        return self._search.search(data, position) if self._marks else None

    def may_begin(self, text: str) -> bool:
        return bool(self._marks) and self._firsts.search(text) is not None

    def begun(self, data: str, position: int) -> int:
        """The offset of a mark that the end of `data` cuts off; the length of `data` if none."""
        start = max(position, len(data) - self._longest + 1)
        for first in self._firsts.finditer(data, start):
            if any(mark.startswith(data[first.start() :]) for mark in self._marks):
                return first.start()
        return len(data)
