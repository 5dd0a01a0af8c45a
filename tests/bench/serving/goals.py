"""What is compared, as medians of rounds with their spread, and whether the goal is met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """`this` beside something in each round. `goal` bounds the median of the rounds' own ratios, from below where
    `at_least`; None: shown, and not judged. Without `beside`, `this` are ratios themselves."""

    what: str
    unit: str
    this: Sequence[float]
    beside: Sequence[float] = ()
    goal: float | None = None
    at_least: bool = True

    @property
    def ratios(self) -> list[float]:
        if not self.beside:
            return list(self.this)
        return [this / beside for this, beside in zip(self.this, self.beside, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def holds(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def print_table(title: str, rows: Sequence[Row]) -> None:
    """With the lowest and highest ratio of the rounds, which says how noisy the machine is."""
    cells = [("", "this", "beside", "ratio", "from", "to", "goal", "")]
    cells += [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    print(f"\n{title}")
    for line in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cells(row: Row) -> tuple[str, ...]:
    ratios = row.ratios
    this, beside = "", ""
    if row.beside:
        this, beside = (_number(statistics.median(numbers)) for numbers in (row.this, row.beside))
    goal = "" if row.goal is None else f"{'>=' if row.at_least else '<='} {row.goal}"
    verdict = {None: "", True: "holds", False: "MISSED"}[row.holds]
    what = f"{row.what}, {row.unit}" if row.unit else row.what
    return (what, this, beside, *(f"{n:.3f}" for n in (row.ratio, min(ratios), max(ratios))), goal, verdict)


def _number(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"
