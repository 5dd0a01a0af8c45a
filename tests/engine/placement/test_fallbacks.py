"""What is given up when a plan could not be loaded, and that giving it up helps."""

from __future__ import annotations

import pytest

from engine.placement.fallbacks import next_fallback
from engine.placement.plan import PlacementOptions, Plan
from engine.placement.planner import plan
from tests.support.placement.machines import GB, MB, gpu, machine, small_index


def steps(index, options: PlacementOptions) -> list[Plan]:
    host = machine(8 * GB, gpu(2 * GB))
    found = [plan(index, host, options)]
    while (following := next_fallback(found[-1], options)) is not None:
        options = following
        found.append(plan(index, host, options))
    return found


def test_fallbacks_come_in_order_and_end() -> None:
    options, host = PlacementOptions(budgets={"CUDA0": 600 * MB}), machine(8 * GB, gpu(2 * GB))
    while (following := next_fallback(plan(small_index(), host, options), options)) is not None:
        options = following
    order = ("unpinned", "layer", "ubatch", "context")
    assert [name for name in order if name in options.fallbacks] == list(order)
    assert list(options.fallbacks) == sorted(options.fallbacks, key=order.index)


def test_no_step_takes_more_of_the_card() -> None:
    found = steps(small_index(), PlacementOptions(budgets={"CUDA0": 600 * MB}))
    taken = [one.bytes["CUDA0"].total for one in found]
    assert taken == sorted(taken, reverse=True) and taken[-1] < taken[0] / 2
    held = [len(one.expert_layers["CUDA0"]) for one in found]
    assert held == sorted(held, reverse=True)


def test_what_was_given_up_is_told() -> None:
    last = steps(small_index(), PlacementOptions(budgets={"CUDA0": 600 * MB}))[-1]
    assert [notice.code for notice in last.notices] == [
        "plan.conceded_pinned",
        "plan.conceded_layers",
        "plan.conceded_ubatch",
        "plan.conceded_context",
    ]


def test_a_dense_model_gives_back_layers() -> None:
    found = steps(small_index(experts=0), PlacementOptions(budgets={"CUDA0": 300 * MB}))
    layers = [len(one.dense_layers["CUDA0"]) for one in found]
    assert layers[0] - layers[-1] >= 1 and layers == sorted(layers, reverse=True)


def test_without_a_device_only_batch_and_context_are_left() -> None:
    options, host = PlacementOptions(), machine(8 * GB)
    following = next_fallback(plan(small_index(), host, options), options)
    assert following is not None and following.fallbacks == ("ubatch",)


@pytest.mark.parametrize("whole", [0, 1])
def test_a_cache_of_experts_shrinks_before_it_is_given_up(whole: int) -> None:
    host = machine(8 * GB, gpu(2 * GB), caches=True)
    options = PlacementOptions(budgets={"CUDA0": 700 * MB}, mode="cached", whole_layers=whole)
    slots = []
    while (following := next_fallback(found := plan(small_index(), host, options), options)) is not None:
        cache = found.placement.expert_cache
        slots.append(sum(layer.slots for layer in cache.layers) if cache else 0)
        options = following
    order = ("unpinned", "layer", "uncached", "ubatch", "context")
    assert list(dict.fromkeys(options.fallbacks)) == list(order)
    assert slots == sorted(slots, reverse=True)
    assert slots[options.fallbacks.index("uncached")] > 0 == slots[-1]
