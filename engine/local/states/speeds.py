"""How long it takes to bring a state back, from what was measured in this process. Pure."""

from __future__ import annotations

# The weight of the latest measurement: the third one after a change has made up for half of it.
_LATEST = 0.3
# Less than this is over before it says anything about speed.
LEAST_BYTES = 2**16


class Speed:
    """Bytes per second, a running average; 0.0 until something was measured."""

    def __init__(self) -> None:
        self.bandwidth = 0.0

    def took(self, size: int, seconds: float) -> None:
        if size < LEAST_BYTES or seconds <= 0:
            return
        measured = size / seconds
        self.bandwidth += (measured - self.bandwidth) * (_LATEST if self.bandwidth else 1.0)

    def seconds(self, size: int) -> float:
        """0.0 while unknown."""
        return size / self.bandwidth if self.bandwidth else 0.0
