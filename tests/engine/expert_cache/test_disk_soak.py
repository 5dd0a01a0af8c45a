"""Conversations with a model that is larger than the memory it may use, through kills, stops, loads, and all that may
happen to its file, on a disk that another engine reads too.

`make test-disk-soak` takes half an hour; SECONDS=180 makes it three minutes.
"""

from __future__ import annotations

import os
import sys

import pytest

from tests.support.experts.cached import is_built
from tests.support.soak.floor_run import HARMS, floor_soak

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
    pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by groups of Linux"),
    pytest.mark.soak,
]

SECONDS = float(os.environ.get("COTERIE_SOAK_SECONDS") or 1800)
# How often something comes in the way, in seconds: all of it at least once in three minutes.
EVERY = min(20.0, SECONDS / 24)
_MB = 2**20
# What the soak's own books keep of a request, with room to spare.
_NOTED = 2048


@pytest.mark.timeout(2 * SECONDS + 1800)
def test_nothing_is_lost_or_held_too_much_whatever_happens_to_disk_and_memory() -> None:
    found = floor_soak(SECONDS, trouble_every=EVERY)
    print(found)
    assert found.faults == [] and found.unfinished == [] and found.unforeseen == 0
    assert found.whole > 0 and found.cancelled > 0 and found.told > 0 and found.beside > 0
    assert found.compared > 0 and found.other == []
    assert found.modes["disk"] > 2 and found.failed["disk.changed"] > 0
    assert found.harms.keys() == set(HARMS)
    gone = {"model.truncated", "model.not_gguf", "model.missing", "model.split_missing"}
    assert found.refused.keys() <= gone | {"plan.try_budget"}
    for memory in found.hosts:
        assert memory.first > 0 and memory.growth <= 16 * _MB
    for handles in found.handles:
        assert handles.growth <= 2
    assert found.parent.growth <= 16 * _MB + _NOTED * found.asked
    assert found.files[1] <= found.files[0] + 2
