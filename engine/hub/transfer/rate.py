"""Smoothed transfer rate in bytes per second."""

from __future__ import annotations

import math

_SECONDS = 4.0


class Rate:
    """An average in which what was `_SECONDS` ago weighs a third of what is now."""

    def __init__(self, total: int, now: float) -> None:
        self._total, self._at = total, now
        self._smoothed: float | None = None

    def at(self, total: int, now: float) -> float:
        """`total` bytes have come at `now`. Less than before counts as none."""
        passed = now - self._at
        if passed > 0:
            rate = max(0, total - self._total) / passed
            weight = 1 - math.exp(-passed / _SECONDS)
            before = rate if self._smoothed is None else self._smoothed
            self._smoothed = before + (rate - before) * weight
            self._total, self._at = total, now
        return self._smoothed or 0.0
