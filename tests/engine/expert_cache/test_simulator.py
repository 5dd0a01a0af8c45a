"""The simulator, and the routings that it is fed with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.expert_cache.policy import Policy, policy_for
from tests.support.experts.expert_policy import LFU, LRU, STATIC
from tests.support.experts.expert_simulator import Bandwidths, best_possible, decode_tps, most_used, simulate
from tests.support.experts.made_routers import EVEN, LOCAL, MADE_ROUTERS, SKEWED, TOPICAL, Shape, made_routing

QWEN3 = Shape(128, 8)
FLASH = Shape(512, 10)


def as_routing(steps: list[list[int]]) -> NDArray[np.int16]:
    """One layer, one token a step."""
    return np.array(steps, np.int16)[:, None, None, :]


@st.composite
def routings(draw: st.DrawFn) -> tuple[NDArray[np.int16], int]:
    """One text, a few experts."""
    experts, used = draw(st.integers(2, 6)), draw(st.integers(1, 2))
    router = draw(st.sampled_from((EVEN, *MADE_ROUTERS)))
    seed = draw(st.integers(0, 2**20))
    return made_routing(router, Shape(experts, used), 30, layers=1, seed=seed), experts


@settings(max_examples=60)
@given(routings(), st.data())
def test_no_policy_does_better_for_one_text_than_the_one_that_knows_the_future(
    found: tuple[NDArray[np.int16], int], data: st.DataObject
) -> None:
    routing, experts = found
    slots = data.draw(st.integers(1, experts))
    best = best_possible(routing, experts, slots).hits
    for policy in (LRU, LFU, Policy(4.0), Policy(4.0, admission=True)):
        assert simulate(routing, experts, slots, policy).hits <= best


def test_the_one_that_knows_the_future_keeps_what_is_needed_soonest() -> None:
    routing = as_routing([[0], [1], [2], [0], [1], [3], [0], [1]])
    assert best_possible(routing, 4, 2).hits == 4
    assert simulate(routing, 4, 2, LRU).hits == 0


def test_layers_are_simulated_apart_and_added_up() -> None:
    routing = made_routing(TOPICAL, Shape(16, 2), 50, layers=3)
    whole = simulate(routing, 16, 4, LRU)
    assert whole == sum(
        (simulate(routing[:, [layer]], 16, 4, LRU) for layer in range(1, 3)),
        simulate(routing[:, [0]], 16, 4, LRU),
    )


def test_steps_before_the_counted_ones_fill_the_cache() -> None:
    routing = as_routing([[0], [1], [0], [1]])
    assert simulate(routing, 2, 2, LRU, counted_from=2).hit_rate == 1.0
    assert best_possible(routing, 2, 2, counted_from=2).hit_rate == 1.0


def test_steps_with_fewer_tokens_are_padded_with_nobody() -> None:
    routing = np.array([[[[0, 1], [-1, -1]]], [[[0, 1], [0, 2]]]], np.int16)
    counted = simulate(routing, 3, 3, LRU)
    assert (counted.uses, counted.hits, counted.brought) == (6, 3, 3)


def test_a_static_list_of_the_most_used_holds_what_it_says() -> None:
    routing = as_routing([[2], [2], [1], [2], [0]])
    lists = most_used(routing, 4)
    assert lists == [[2, 0, 1, 3]]
    assert simulate(routing, 4, 1, STATIC, warm=lists).hits == 3


def test_the_slowest_of_device_ram_and_link_decides_the_speed() -> None:
    machine = Bandwidths(expert_bytes=1e6, device=1e12, ram=1e10, link=1e9, other_s=0.001)
    routing = as_routing([[0], [1], [0], [1]])
    hits_alone = simulate(routing, 2, 2, STATIC, warm=[[0, 1]], counted_from=1)
    assert decode_tps(hits_alone, 3, machine) == pytest.approx(1 / (0.001 + 1e6 / 1e12))
    thrashing = simulate(routing, 2, 1, LRU)
    assert decode_tps(thrashing, 4, machine) == pytest.approx(1 / (0.001 + 1e6 / 1e9))
    refusing = simulate(routing, 2, 1, STATIC, warm=[[0]])
    assert decode_tps(refusing, 4, machine) == pytest.approx(1 / (0.001 + 3 / 4 * 1e6 / 1e10), rel=0.6)


@pytest.mark.parametrize("router", [EVEN, *MADE_ROUTERS])
def test_made_routers_choose_different_experts_and_always_the_same(router: object) -> None:
    one, same, other = (made_routing(router, QWEN3, 20, texts=2, seed=seed) for seed in (1, 1, 2))
    assert one.shape == (20, 2, 2, 8)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert all(len(set(row)) == 8 for row in one.reshape(-1, 8).tolist())
    assert 0 <= one.min() <= one.max() < 128


def test_an_even_router_gives_each_slot_its_share_whatever_the_policy() -> None:
    routing = made_routing(EVEN, QWEN3, 400, layers=1)
    for policy in (LRU, LFU, policy_for(32, 8)):
        assert simulate(routing, 128, 32, policy, counted_from=50).hit_rate == pytest.approx(0.25, abs=0.03)


def test_a_skewed_router_is_served_by_a_static_list_best() -> None:
    routing = made_routing(SKEWED, QWEN3, 600, layers=1)
    static = simulate(routing, 128, 32, STATIC, warm=most_used(routing[:300], 128), counted_from=300)
    assert static.hit_rate > simulate(routing, 128, 32, LRU, counted_from=300).hit_rate + 0.05


def test_made_routers_reuse_experts_about_as_the_models_they_are_made_after() -> None:
    """Qwen3-30B-A3B serves 37, 74, 89% with 8, 24 and 49 slots, 256 tokens from cold (kekzl/imp PR 1374);
    Qwen3.8-Flash-Next 44, 62, 79% with 31, 62 and 124, 300 tokens from cold (PR 2061)."""
    qwen = made_routing(TOPICAL, QWEN3, 256)
    assert [simulate(qwen, 128, slots, LRU).hit_rate for slots in (8, 24, 49)] == pytest.approx(
        [0.37, 0.74, 0.89], abs=0.08
    )
    flash = made_routing(LOCAL, FLASH, 300)
    assert [simulate(flash, 512, slots, LRU).hit_rate for slots in (31, 62, 124)] == pytest.approx(
        [0.44, 0.62, 0.79], abs=0.06
    )
    static = simulate(flash, 512, 32, STATIC, warm=most_used(flash[:150], 512), counted_from=150)
    assert static.hit_rate == pytest.approx(0.10, abs=0.05)


@pytest.mark.parametrize("router", MADE_ROUTERS)
def test_the_policy_in_use_brings_far_less_than_lru_for_about_as_many_hits(router: object) -> None:
    routing = made_routing(router, QWEN3, 400, layers=1)
    ours = simulate(routing, 128, 32, policy_for(32, 8), counted_from=200)
    lru = simulate(routing, 128, 32, LRU, counted_from=200)
    assert ours.hit_rate > lru.hit_rate - 0.05
    assert ours.brought < 0.6 * lru.brought


def test_half_life_grows_with_the_cache_within_bounds() -> None:
    assert policy_for(32, 8) == Policy(24.0, admission=True)
    assert policy_for(32, 8, admission=False) == Policy(24.0)
    assert [policy_for(slots, 8).half_life for slots in (1, 8, 500)] == [1.0, 6.0, 48.0]
