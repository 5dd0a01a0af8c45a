"""What the plugin counts while a model writes is what the simulator's policy makes of the same routers' choices."""

from __future__ import annotations

import pytest

from engine.expert_cache.policy import policy_for
from engine.placement.plan import Misses
from tests.support.computing.greedy_texts import routed, written
from tests.support.experts.cached import HandPlaced, is_built
from tests.support.experts.expert_policy import CachedExperts, Counters
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = [
    pytest.mark.long,
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin"),
]

LENGTH = 120


@pytest.mark.parametrize("misses", ["computed", "brought"])
@pytest.mark.parametrize("conversations", [1, 4])
@pytest.mark.parametrize("slots", [4, 7, 16])
def test_counters_and_residents_are_those_of_the_policy(
    slots: int, conversations: int, misses: Misses, child: OtherProcess
) -> None:
    path, experts, used = expert_model("qwen", "Q8_0"), LAYOUTS["qwen"].experts, LAYOUTS["qwen"].used
    told = child.call(written, path, slots, conversations, LENGTH, misses=misses)
    policy = policy_for(slots, used, admission=misses == "computed")
    expected, warm_experts = Counters(), []
    for blocks in child.call(routed, path, conversations, LENGTH):
        cache = CachedExperts(slots, experts, policy)
        for rows in blocks:
            if len(rows) <= HandPlaced(slots).tokens * used:  # more tokens go past the cache
                cache.block(rows)
        expected += cache.counters
        warm_experts.append(tuple(expert for expert in cache.warm_experts if expert >= 0))
    counted = told.counters
    assert counted is not None
    names = Counters.__struct_fields__
    assert [getattr(counted, name) for name in names] == [getattr(expected, name) for name in names]
    assert list(told.resident) == warm_experts
    assert expected.evicted > 0 or slots == experts
