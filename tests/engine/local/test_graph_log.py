"""How many pieces a graph has is read from what llama.cpp prints of it."""

import pytest

from engine.local.native.graph_log import splits_in

BOTH = "sched_reserve: graph: nodes = 1014, splits = 1, input objects = 6, input tensors = 8"
APART = (
    "sched_reserve: graph (pp bs=512, tg bs=4): nodes = 1030 / 998, splits = 63 / 33, input objects = 6 / 6,"
    " input tensors = 8 / 8"
)


@pytest.mark.parametrize(
    ("log", "found"),
    [((), (0, 0)), ((BOTH,), (1, 1)), ((BOTH, "other", APART), (63, 33)), ((APART, BOTH), (1, 1))],
)
def test_the_last_graph_that_was_told_of_counts(log: tuple[str, ...], found: tuple[int, int]) -> None:
    assert splits_in(log) == found
