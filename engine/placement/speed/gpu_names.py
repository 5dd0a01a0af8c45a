"""Tables of figures by the names of graphics cards."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache


def by_name(table: str) -> Callable[[str], float]:
    """A function from a card's description to its figure in `table` ("rtx 3090 936, ..."), 0 when it is not there."""

    @cache  # it takes milliseconds, and most computers need it for nothing
    def read() -> tuple[re.Pattern[str], dict[str, float]]:
        rows = (row.strip().rpartition(" ") for row in table.split(","))
        figures = {name: float(number) for name, _, number in rows}
        # Longer names first: "rtx 3090 ti" before "rtx 3090".
        names = sorted(map(re.escape, figures), key=len, reverse=True)
        return re.compile(r"\b(" + "|".join(names) + r")\b"), figures

    # Predictions are made by the hundred for the same few devices.
    @lru_cache(256)
    def figure(description: str) -> float:
        pattern, figures = read()
        found = pattern.search(description.lower().replace("(tm)", "").replace("(r)", ""))
        return figures[found[1]] if found else 0.0

    return figure
