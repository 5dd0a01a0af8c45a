"""Sums of what fired, and what a heat map shows of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.placement.routing import ExpertShare, Routing, distinct_share, heat, top_experts, with_fired
from engine.values import ExpertsFired

COUNTS = ((), (3, 1, 0, 0), (1, 1, 1, 1))


def test_what_fired_is_summed_over_events() -> None:
    once = with_fired(Routing(), ExpertsFired(1, 2, COUNTS, 0.0))
    assert once == Routing(2, COUNTS)
    twice = with_fired(once, ExpertsFired(2, 3, ((), (0, 0, 4, 0), (2, 0, 0, 2)), 0.0))
    assert twice == Routing(5, ((), (3, 1, 4, 0), (3, 1, 1, 3)))


def test_heat_is_relative_to_the_busiest_expert_of_the_layer() -> None:
    assert heat(Routing(2, ((), (4, 1, 0), (0, 0, 0)))) == ((), (1.0, 0.25, 0.0), (0.0, 0.0, 0.0))


def test_the_share_of_distinct_experts_counts_those_that_fired_at_all() -> None:
    assert distinct_share(Routing(2, COUNTS)) == pytest.approx(6 / 8)
    assert distinct_share(Routing()) == 0.0


def test_top_experts_are_the_busiest_of_their_layers() -> None:
    assert top_experts(Routing(2, COUNTS), 2) == (ExpertShare(1, 0, 0.75), ExpertShare(1, 1, 0.25))
    assert top_experts(Routing()) == ()


@given(st.lists(st.lists(st.integers(0, 1000), max_size=8), max_size=6))
def test_any_counts_have_heat_between_zero_and_one(counts: list[list[int]]) -> None:
    routing = Routing(1, tuple(map(tuple, counts)))
    assert all(0.0 <= value <= 1.0 for row in heat(routing) for value in row)
    assert 0.0 <= distinct_share(routing) <= 1.0
    assert all(found.share > 0 for found in top_experts(routing))
