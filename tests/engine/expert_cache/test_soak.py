"""Conversations on an engine with a cache of single experts, through aborts, loads, kills and watching.

Half a minute of it here; half an hour with `make test-cache-soak`.
"""

from __future__ import annotations

import sys

import pytest

from tests.support.experts.cached import is_built
from tests.support.soak.cached_run import CASES, CacheSoaked, cached_soak

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
    pytest.mark.skipif(sys.platform == "win32", reason="hosts are killed"),
    pytest.mark.long,
]

_MB = 2**20
# What the soak's own books keep of a request, with room to spare.
_NOTED = 2048


def check(found: CacheSoaked, *, slack: int) -> None:
    """`slack` is how many bytes a process may have grown by from the first half of its time to the second."""
    assert found.faults == [] and found.unfinished == []
    assert found.whole > 0 and found.cancelled > 0 and found.told > 0
    assert found.other == []
    for memory in (*found.hosts, found.worker):
        assert memory.first > 0 and memory.growth <= slack
    assert found.parent.growth <= slack + _NOTED * found.requests
    assert found.files[1] <= found.files[0] + 2
    cached = [page for page in found.pages if page.steps]
    assert all(page.allocated == page.granted for page in cached)
    assert {CASES[0].placed, CASES[1].placed} <= {page.placed for page in cached}
    assert sum(page.broken_off for page in cached) > 0
    counted = [page.counters for page in cached]
    assert all(0 <= each.hits <= each.uses for each in counted)
    assert sum(each.hits for each in counted) > 0 and sum(each.evicted for each in counted) > 0


@pytest.mark.timeout(240)
def test_a_cache_holds_what_it_was_granted_and_its_counters_add_up() -> None:
    check(cached_soak(10.0, trouble_every=1.5, compare=2), slack=64 * _MB)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_in_half_an_hour_nothing_is_lost_miscounted_or_held_too_much() -> None:
    found = cached_soak(1800.0)
    print(found)
    assert {case.placed for case in CASES} <= {page.placed for page in found.pages if page.steps}
    assert any(page.contexts > page.opened for page in found.pages)
    assert found.compared > 0 and len(found.near) <= found.compared / 2
    check(found, slack=16 * _MB)
