"""Whether a draft pays, and its best length."""

from __future__ import annotations

from collections.abc import Sequence

from engine.local.speculative.costs import StepCosts

# The lengths that are considered.
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
MOST = LENGTHS[-1]
# A draft must promise this share of its own cost more than it costs: what is predicted is not exact. Beside other
# answers it must promise more: they wait for it, and the one that ends early leaves them dearer steps.
MARGIN, MARGIN_BESIDE = 0.1, 0.5


def saved_by(
    costs: StepCosts, expected: Sequence[float], length: int, rows: int = 1, margin: float | None = None
) -> float:
    """The seconds that a draft of this length is expected to save; negative if it costs.

    `expected[n - 1]` is the expected number accepted of n drafts. `rows` counts the answers decoding in the
    step. All of them wait for the draft, so an accepted token saves one answer's share of a step. `margin` is
    what the draft must promise, as a share of its cost.
    """
    if margin is None:
        margin = MARGIN if rows == 1 else MARGIN_BESIDE
    without = costs.seconds(rows)
    cost = costs.seconds(rows + length) - without
    return expected[length - 1] * without / rows - cost * (1.0 + margin)


def best_length(costs: StepCosts, expected: Sequence[float], rows: int = 1) -> int:
    """The draft length that saves most, up to `len(expected)`; 0 if none saves any."""
    best, most = 0, 0.0
    for length in LENGTHS:
        if length > len(expected):
            break
        saved = saved_by(costs, expected, length, rows)
        if saved > most:
            best, most = length, saved
    return best
