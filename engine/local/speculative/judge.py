"""Whether a draft pays, and how long it is best."""

from __future__ import annotations

from collections.abc import Sequence

from engine.local.speculative.costs import StepCosts

# The lengths that are considered.
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
MOST = LENGTHS[-1]
# A draft must promise this share of its own cost more than it costs: what is predicted is not exact.
MARGIN = 0.1


def saved_by(
    costs: StepCosts, expected: Sequence[float], length: int, rows: int = 1, margin: float = MARGIN
) -> float:
    """The seconds that so many guesses promise to save; negative where they cost more.

    `expected[n - 1]` is how many of n guesses will come true. `rows` has the step without the draft: the answers
    that it goes on with. They all wait for the draft, so a token that comes true saves what one of theirs takes.
    """
    without = costs.seconds(rows)
    cost = costs.seconds(rows + length) - without
    return expected[length - 1] * without / rows - cost * (1.0 + margin)


def best_length(costs: StepCosts, expected: Sequence[float], rows: int = 1) -> int:
    """How many guesses save most, of as many as are `expected` of; 0 where no number of them saves any."""
    best, most = 0, 0.0
    for length in LENGTHS:
        if length > len(expected):
            break
        saved = saved_by(costs, expected, length, rows)
        if saved > most:
            best, most = length, saved
    return best
