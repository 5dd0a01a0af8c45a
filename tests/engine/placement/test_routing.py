"""Sums of what fired."""

from engine.placement.routing import Routing, with_fired
from engine.values import ExpertsFired

COUNTS = ((), (3, 1, 0, 0), (1, 1, 1, 1))


def test_what_fired_is_summed_over_events() -> None:
    once = with_fired(Routing(), ExpertsFired(1, 2, COUNTS, 0.0))
    assert once == Routing(2, COUNTS)
    twice = with_fired(once, ExpertsFired(2, 3, ((), (0, 0, 4, 0), (2, 0, 0, 2)), 0.0))
    assert twice == Routing(5, ((), (3, 1, 4, 0), (3, 1, 1, 3)))
