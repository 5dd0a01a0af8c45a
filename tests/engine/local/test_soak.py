"""Conversations of several people and runs on one engine, through aborts, kills and restarts.

A quarter of a minute of it here, on a slow machine more; ten minutes with `make test-soak`.
"""

from __future__ import annotations

import sys

import pytest

from engine.values import Message
from tests.support.computing.greedy_judge import Piece, judge, lead_where_they_part
from tests.support.soak.run import CONTEXT, STATES_LIMIT, Soaked, soak

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform == "win32", reason="hosts are killed"),
    pytest.mark.long,
]

_MB = 2**20
# Keys and values of the whole context, in f16: 30 layers of the starter, twice 192 numbers a token. What follows a
# host that was killed last takes them page by page.
_FILLED = 30 * 2 * 192 * 2 * CONTEXT


def check(found: Soaked, *, slack: int) -> None:
    """`slack` is how many bytes a process may have grown by from the first half of its time to the second."""
    assert found.faults == [] and found.unfinished == []
    assert found.requests == found.whole + found.harmed + found.cancelled + found.failed
    assert found.lost > 0 and found.cancelled > 0 and found.whole > 0
    assert found.compared > 0 and found.other == []
    assert found.host.growth <= slack and found.parent.growth <= slack
    assert found.files[1] <= found.files[0] + 2
    assert found.states_bytes <= STATES_LIMIT


def test_an_answer_that_goes_on_is_judged_by_how_sure_its_end_was() -> None:
    alone = (Piece("Yes", 7.0), Piece(".", 5.0), Piece("", 0.1))
    assert lead_where_they_part(alone, "Yes. And") == 0.1
    assert lead_where_they_part(alone, "Yes") == 5.0
    assert lead_where_they_part(alone, "Yes.") is None
    assert judge().alone((Message("user", "Say hello."),), 200)[-1].text == ""


@pytest.mark.timeout(300)
def test_no_request_is_lost_or_answered_twice_while_the_engine_is_killed() -> None:
    found = soak(13.0, kill_every=2.5, compare=5)
    check(found, slack=64 * _MB + _FILLED)


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_ten_minutes_of_many_conversations_lose_nothing_and_memory_stays_flat() -> None:
    found = soak(600.0)
    print(found)
    assert found.requests >= 200
    assert len(found.near) <= found.compared / 2
    check(found, slack=16 * _MB)
