"""Sums of what fired, and what a heat map shows of them."""

from hypothesis import given
from hypothesis import strategies as st

from engine.placement.routing import Routing, heat, with_fired
from engine.values import ExpertsFired

COUNTS = ((), (3, 1, 0, 0), (1, 1, 1, 1))


def test_what_fired_is_summed_over_events() -> None:
    once = with_fired(Routing(), ExpertsFired(1, 2, COUNTS, 0.0))
    assert once == Routing(2, COUNTS)
    twice = with_fired(once, ExpertsFired(2, 3, ((), (0, 0, 4, 0), (2, 0, 0, 2)), 0.0))
    assert twice == Routing(5, ((), (3, 1, 4, 0), (3, 1, 1, 3)))


def test_heat_is_relative_to_the_busiest_expert_of_the_layer() -> None:
    assert heat(Routing(2, ((), (4, 1, 0), (0, 0, 0)))) == ((), (1.0, 0.25, 0.0), (0.0, 0.0, 0.0))


@given(st.lists(st.lists(st.integers(0, 1000), max_size=8), max_size=6))
def test_any_counts_have_heat_between_zero_and_one(counts: list[list[int]]) -> None:
    routing = Routing(1, tuple(map(tuple, counts)))
    assert all(0.0 <= value <= 1.0 for row in heat(routing) for value in row)
