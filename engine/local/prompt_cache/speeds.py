"""Running averages of speeds, for predictions. Pure."""

from __future__ import annotations

# The weight of the latest measurement: two after a change make up for half of it.
_LATEST = 0.3
# Less than this is over before it says anything about speed.
LEAST_BYTES = 2**16


class Speed:
    """Bytes or tokens per second, a running average; 0.0 until as many as `least` were measured at once."""

    def __init__(self, least: int = LEAST_BYTES) -> None:
        self._least = least
        self.rate = 0.0

    def took(self, size: int, seconds: float) -> None:
        if size < self._least or seconds <= 0:
            return
        measured = size / seconds
        self.rate += (measured - self.rate) * (_LATEST if self.rate else 1.0)

    def seconds(self, size: int) -> float:
        """0.0 while unknown."""
        return size / self.rate if self.rate else 0.0
