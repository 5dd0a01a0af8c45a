"""Acceptance rates of n-gram drafts by match length."""

from __future__ import annotations

# Matches whose lengths have as many binary digits are judged together: 3, 4-7, 8-15, 16-31, 32-63, longer.
SHORTEST, LONGEST = 2, 7
# Prior of an answer: of so many draft tokens this share was accepted.
ASSUMED_GUESSES = 8.0
ASSUMED_SHARES = (0.5, 0.7, 0.85, 0.94, 0.97, 0.98)
# Observations count half as much after so many draft tokens: a text may change from a quote to something new.
REMEMBERED = 128.0


class Acceptance:
    """Learns from each predicted token, drafted or not, at no cost."""

    def __init__(self) -> None:
        self._guesses = [ASSUMED_GUESSES] * len(ASSUMED_SHARES)
        self._came_true = [ASSUMED_GUESSES * share for share in ASSUMED_SHARES]

    def saw(self, length: int, came_true: bool) -> None:
        """Record whether the token predicted by a match of this length came."""
        place = _place(length)
        if self._guesses[place] >= REMEMBERED:
            self._guesses[place] /= 2
            self._came_true[place] /= 2
        self._guesses[place] += 1
        self._came_true[place] += came_true

    def share(self, length: int) -> float:
        """The probability that the prediction of a match of this length comes true."""
        place = _place(length)
        return self._came_true[place] / self._guesses[place]

    def expected(self, length: int, count: int) -> list[float]:
        """The expected number of accepted drafts among the first 1, 2, ... `count`; each accepted one
        lengthens the match."""
        likely, total = 1.0, 0.0
        totals = []
        share, until = 0.0, -1
        for now in range(length, length + count):
            if now > until:
                share = self.share(now)
                until = (1 << now.bit_length()) - 1
            likely *= share
            total += likely
            totals.append(total)
        return totals


def _place(length: int) -> int:
    return min(max(length.bit_length(), SHORTEST), LONGEST) - SHORTEST
