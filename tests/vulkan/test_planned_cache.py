"""A cache of experts as the planner places it on a Vulkan device: within its budget, and to the byte as planned."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from engine.activity import CacheActivity
from engine.api import Loaded, LoadRequest
from engine.local import native
from engine.local.client import LocalEngine
from engine.local.loading import open_session
from engine.local.model.session import Session
from engine.local.native import memory
from engine.local.native.devices import buffer_type_name
from engine.placement.plan import DeviceBytes, PlacementOptions, Plan
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.moe import moe_model
from tests.support.other_process import OtherProcess
from tests.support.placement.placed import weigh

DEVICE = "Vulkan0"
CONTEXT = 1024
MIB = 2**20


class Opened(NamedTuple):
    """A load: its plan, what the cache holds on the device, and llama.cpp's own account by kind of memory."""

    plan: Plan
    allocated: int
    account: dict[str, DeviceBytes]


def opened(path: Path, options: PlacementOptions) -> Opened:
    native.start()
    return _told(
        open_session(LoadRequest(str(path), options, threads=1), native.AbortFlag(), lambda _: True, None)
    )


def _told(session: Session) -> Opened:
    try:
        assert session.facts.plan is not None and session.caching is not None
        account = {buffer_type_name(kind): size for kind, size in memory.account(session.handle)}
        return Opened(session.facts.plan, session.caching.counters.allocated, account)
    finally:
        session.close()


def cached(mebibytes: int) -> PlacementOptions:
    return PlacementOptions(
        CONTEXT, budgets={DEVICE: mebibytes * MIB}, ubatch=512, mode="cached", whole_layers=0
    )


@pytest.mark.parametrize("mebibytes", [130, 250, 350, 2000])
def test_a_planned_cache_takes_what_it_was_granted(mebibytes: int, child: OtherProcess) -> None:
    found = child.call(opened, moe_model(), cached(mebibytes))
    plan, cache = found.plan, found.plan.placement.expert_cache
    assert plan.mode == "cached" and plan.measured and cache is not None and cache.device == DEVICE
    assert plan.bytes[DEVICE].total <= mebibytes * MIB
    assert found.allocated == cache.total
    held = found.account[DEVICE].total + found.allocated
    assert held == plan.bytes[DEVICE].total
    weighed = weigh(moe_model(), plan.placement)
    assert weighed.dry[DEVICE] == weighed.loaded[DEVICE]
    assert weighed.loaded[DEVICE].total + cache.total == plan.bytes[DEVICE].total
    assert not weighed.weights.misplaced


def test_more_memory_holds_more_experts(child: OtherProcess) -> None:
    plans = [child.call(opened, moe_model(), cached(mebibytes)).plan for mebibytes in (130, 250, 350, 2000)]
    caches = [plan.placement.expert_cache for plan in plans]
    slots = [sum(layer.slots for layer in cache.layers) for cache in caches if cache]
    assert slots == sorted(set(slots)) and slots[-1] == 8 * 30


def test_a_planned_cache_answers_and_tells_what_it_does() -> None:
    told = Recorder()
    engine = LocalEngine(told)
    try:
        engine.load(LoadRequest(str(moe_model()), cached(150)))
        plan = told.next(Loaded).model.plan
        assert plan is not None and plan.mode == "cached"
        text, finished = told.answer(engine, ask(1, "Why is the sky blue?", max_tokens=24))
        assert finished.error is None and text
        activity = told.next(CacheActivity)
        assert activity.uses > activity.hits > 0 and activity.brought_bytes > 0
        assert any(activity.warm_experts)
    finally:
        engine.close()
