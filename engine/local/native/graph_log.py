"""Graph splits, read from llama.cpp's log when a context is made.

Each piece runs on one device: more of them mean that more is handed from device to device in every step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.local.native.library import log_tail

# llama-context.cpp, sched_reserve: "graph (pp bs=512, tg bs=1): nodes = 1030 / 998, splits = 3 / 5, input ..."; one
# number of each where the graph of a prompt is that of a token.
_GRAPH = re.compile(r"graph(?: \(.*?\))?: nodes = .*?\bsplits = (\d+)(?: / (\d+))?\b")


def graph_splits() -> tuple[int, int]:
    """Splits of the last context: for prefill, and for one token of each sequence. (0, 0): unknown."""
    return splits_in(log_tail())


def splits_in(log: Iterable[str]) -> tuple[int, int]:
    """As `graph_splits`, of lines in the order in which they were printed."""
    found = (0, 0)
    for line in log:
        if match := _GRAPH.search(line):
            found = int(match[1]), int(match[2] or match[1])
    return found
