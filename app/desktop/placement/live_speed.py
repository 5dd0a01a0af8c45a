"""How fast the answer that is being written comes, from the pieces of text that arrive. Pure."""

from __future__ import annotations

from collections import deque

WINDOW_S = 2.0
# Before this much time a speed would only jump about.
EARLIEST_S = 0.5


class LiveSpeed:
    """Tokens per second over the last seconds. The engine sends a piece of text for each token, as good as
    always; the exact figure comes with the end of the answer."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[float, int]] = deque()
        self._message: int | None = None

    def add(self, message: int, pieces: int, now: float) -> None:
        """`pieces` of an answer came at `now` (seconds, monotonic)."""
        if message != self._message:
            self.clear()
            self._message = message
        self._pieces.append((now, pieces))
        # What is kept spans the whole window: after a pause, and in the slowest answer, there is a speed too.
        while len(self._pieces) > 1 and now - self._pieces[1][0] > WINDOW_S:
            self._pieces.popleft()

    def clear(self) -> None:
        self._pieces.clear()
        self._message = None

    def running(self) -> bool:
        """Whether an answer is being written."""
        return bool(self._pieces)

    def tokens_per_second(self) -> float:
        """0 while it is too early to say."""
        if not self._pieces:
            return 0.0
        begin, end = self._pieces[0][0], self._pieces[-1][0]
        if end - begin < EARLIEST_S:
            return 0.0
        # What came at the first moment was made before it.
        return sum(count for _, count in list(self._pieces)[1:]) / (end - begin)
