"""Whether a draft pays, and how long it is best."""

from __future__ import annotations

from collections.abc import Sequence

from engine.local.drafting.costs import StepCosts

# The lengths that are considered.
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
MOST = LENGTHS[-1]
# A draft must promise this share of its own cost more than it costs: what is predicted is not exact.
MARGIN = 0.1


def best_length(costs: StepCosts, expected: Sequence[float], most: int, rows: int = 1) -> tuple[int, float]:
    """How many tokens to guess, at most `most`, and the seconds that this promises to save, which are negative
    where no length pays: then it is the length that loses least.

    `expected[n - 1]` is how many of n guesses will come true. `rows` has the step without the draft: the answers
    that it goes on with. They all wait for the draft, so a token that comes true saves what one of theirs takes.
    """
    without = costs.seconds(rows)
    worth = without / rows
    best, saved = 0, 0.0
    for length in LENGTHS:
        if length > most or length > len(expected):
            break
        cost = costs.seconds(rows + length) - without
        gain = expected[length - 1] * worth - cost * (1.0 + MARGIN)
        if not best or gain > saved:
            best, saved = length, gain
    return best, saved
