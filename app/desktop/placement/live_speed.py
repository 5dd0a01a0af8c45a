"""How fast the answers that are being written come, from the pieces of text that arrive. Pure."""

from __future__ import annotations

from collections import deque

WINDOW_S = 2.0
# Before this much time a speed would only jump about.
EARLIEST_S = 0.5


class LiveSpeed:
    """Tokens per second over the last seconds, of all answers together. The engine sends a piece of text for each
    token, as good as always; the exact figure comes with the end of each answer."""

    def __init__(self) -> None:
        self._pieces: dict[int, deque[tuple[float, int]]] = {}

    def add(self, message: int, pieces: int, now: float) -> None:
        """`pieces` of an answer came at `now` (seconds, monotonic)."""
        its = self._pieces.setdefault(message, deque())
        its.append((now, pieces))
        # What is kept spans the whole window: after a pause, and in the slowest answer, there is a speed too.
        while len(its) > 1 and now - its[1][0] > WINDOW_S:
            its.popleft()

    def end(self, message: int) -> None:
        """The answer is written."""
        self._pieces.pop(message, None)

    def answers(self) -> int:
        """How many are being written."""
        return len(self._pieces)

    def tokens_per_second(self) -> float:
        """0 while it is too early to say."""
        return sum(_speed(its) for its in self._pieces.values())


def _speed(pieces: deque[tuple[float, int]]) -> float:
    begin, end = pieces[0][0], pieces[-1][0]
    if end - begin < EARLIEST_S:
        return 0.0
    # What came at the first moment was made before it.
    return sum(count for _, count in list(pieces)[1:]) / (end - begin)
