"""A cache of experts that is wished for and cannot be: planned without, and told why."""

from __future__ import annotations

import pytest

from engine.errors import ErrorInfo, UserError
from engine.expert_cache.library import PluginState
from engine.placement.plan import Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.slots import uncached
from engine.placement.slots.uncached import or_uncached
from tests.support.placement.machines import GB, MB, gpu, machine, small_index

HOST = machine(8 * GB, gpu(2 * GB), caches=True)
CACHED = PlacementOptions(mode="cached")


def planned(host: Machine, options: PlacementOptions) -> Plan:
    return or_uncached(lambda given: plan(small_index(), host, given), host, options)


def test_what_can_be_is_planned_as_ever() -> None:
    assert planned(HOST, CACHED) == plan(small_index(), HOST, CACHED)
    assert planned(HOST, CACHED).placement.expert_cache is not None


def test_no_room_for_the_least_slots_is_told() -> None:
    found = planned(HOST, PlacementOptions(mode="cached", budgets={"CUDA0": 300 * MB}))
    assert found.placement.expert_cache is None
    assert [notice.code for notice in found.notices][-2:] == ["cache.without", "cache.too_small"]


def test_a_library_that_is_not_there_is_told_where_it_was_wished_for(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = PluginState(problem=ErrorInfo("cache.not_built"))
    monkeypatch.setattr(uncached, "plugin_state", lambda: missing)
    without = machine(8 * GB, gpu(2 * GB))
    assert planned(without, CACHED).notices[-2:] == (
        ErrorInfo("cache.without"),
        ErrorInfo("cache.not_built"),
    )
    for options in (PlacementOptions(), PlacementOptions(mode="cached", fallbacks=("uncached",))):
        assert "cache.without" not in [notice.code for notice in planned(without, options).notices]


def test_wishes_that_make_no_sense_are_refused_as_ever() -> None:
    with pytest.raises(UserError, match=r"placement\.mode_impossible"):
        planned(machine(8 * GB, caches=True), CACHED)
