"""What may come in the way of a cache of experts: steps that are broken off, large batches, callbacks, threads,
a cache that is warm, another one after it. The logits stay what they are without.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from engine.expert_cache.policy import Policy
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import (
    Course,
    difference,
    random_course,
    side_by_side,
    token_by_token,
)
from tests.support.experts.expert_logits import Outcome, computed, computed_by_turns
from tests.support.experts.expert_policy import LFU, LRU, STATIC, CachedExperts, Counters
from tests.support.experts.expert_run import CacheOption
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = [pytest.mark.long, pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")]

CLOSE = 1e-3
MOST_TOKENS = 8
DIFFERENT = ("mixtral", "deepseek", "gpt-oss", "fused", "without-gate", "weighted-before")
DECAYING = Policy(half_life=16.0)
ADMITTING = Policy(half_life=16.0, admission=True)


def wish(name: str, slots: int = 0, **changed: object) -> CacheOption:
    layout = LAYOUTS[name]
    return CacheOption(slots or layout.experts // 2, layout.used, tokens=MOST_TOKENS)._replace(**changed)


@functools.cache
def plain_model(child: OtherProcess, path: Path, course: Course) -> Outcome:
    """What the model computes without a cache: the same for all that may come in the cache's way."""
    return child.call(computed, path, course)


def the_same(
    child: OtherProcess, name: str, course: Course, wished: CacheOption, **options: object
) -> Outcome:
    """What the cache did, after its logits were compared with the plain model's."""
    path = expert_model(name)
    cached = child.call(computed, path, course, wished, **options)
    assert difference(plain_model(child, path, course).logits, cached.logits) <= CLOSE
    return cached


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", DIFFERENT)
def test_steps_of_any_size_and_any_sequence(name: str, seed: int, child: OtherProcess) -> None:
    course = random_course(40, MOST_TOKENS, 4, seed=10 + seed)
    slots = (LAYOUTS[name].used, LAYOUTS[name].experts // 2, LAYOUTS[name].experts - 1)[seed]
    told = the_same(child, name, course, wish(name, slots)).counters
    assert told is not None and told.hits > 0 and told.evicted > 0


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", [name for name in DIFFERENT if name != "without-gate"])
def test_steps_that_are_broken_off_and_taken_anew(name: str, seed: int, child: OtherProcess) -> None:
    course = random_course(30, 4, 4, seed=20 + seed)
    cached = the_same(child, name, course, wish(name), stops=30 + seed)
    assert cached.stopped > len(course) // 3


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_batch_that_is_too_large_goes_past_the_cache(name: str, child: OtherProcess) -> None:
    small, large = token_by_token(6, seed=3), random_course(1, 1, seed=4)[0] * (MOST_TOKENS + 1)
    before = child.call(computed, expert_model(name), small, wish(name)).counters
    after = the_same(child, name, (*small, large), wish(name)).counters
    assert after == before


@pytest.mark.parametrize("watched", ["choices", "everything"])
@pytest.mark.parametrize("name", DIFFERENT)
def test_a_callback_that_looks_at_the_graph(name: str, watched: str, child: OtherProcess) -> None:
    """Choices are read before the block begins. Who asks for every result gets every one, computed one by one."""
    course = side_by_side(10, seed=5) + random_course(10, MOST_TOKENS, 3, seed=6)
    told = the_same(child, name, course, wish(name), watched=watched).counters
    plain = child.call(computed, expert_model(name), course, wish(name)).counters
    assert told is not None and plain is not None
    if watched == "choices":
        assert told == plain
    else:
        assert told.allocated == plain.allocated


@pytest.mark.parametrize("policy", [LRU, LFU, STATIC, DECAYING, ADMITTING, Policy(half_life=0.01)])
@pytest.mark.parametrize("bring_first", [False, True])
def test_the_policy_is_the_one_of_the_simulator(
    policy: Policy, bring_first: bool, child: OtherProcess
) -> None:
    name = "qwen"
    layout = LAYOUTS[name]
    warm = (3, 5, 99, 3, 7)
    course = token_by_token(150, seed=7) + random_course(40, MOST_TOKENS, 4, seed=8)
    for slots in (layout.used, layout.experts // 2, layout.experts):
        wished = wish(name, slots, policy=policy, bring_first=bring_first, warm=warm)
        cached = the_same(child, name, course, wished, watched="choices")
        expected = {layer: CachedExperts(slots, layout.experts, policy) for layer in layout.layers}
        for each in expected.values():
            each.warm(warm)
        for layer, rows in cached.blocks:
            expected[layer].block(rows)
        told = cached.counters
        assert told is not None
        sums = sum((each.counters for each in expected.values()), Counters())
        assert Counters(told.blocks, told.uses, told.hits, told.brought, told.evicted, told.refused) == sums
        assert cached.warm_experts == tuple(each.warm_experts for each in expected.values())


@pytest.mark.parametrize("upload_beside", [False, True])
def test_a_thread_that_asks_how_the_cache_is_doing(upload_beside: bool, child: OtherProcess) -> None:
    for name in DIFFERENT:
        course = token_by_token(20, seed=27)
        the_same(child, name, course, wish(name, upload_beside=upload_beside), asked=True)


@pytest.mark.parametrize("name", DIFFERENT)
def test_missing_experts_that_are_brought_and_then_computed(name: str, child: OtherProcess) -> None:
    course = token_by_token(20, seed=9) + random_course(20, MOST_TOKENS, 3, seed=10)
    told = the_same(child, name, course, wish(name, bring_first=True)).counters
    assert told is not None and told.brought > told.evicted > 0


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", DIFFERENT)
def test_missing_experts_that_a_thread_brings(name: str, threads: int, child: OtherProcess) -> None:
    course = token_by_token(40, seed=11) + random_course(20, MOST_TOKENS, 3, seed=12)
    cached = the_same(child, name, course, wish(name, upload_beside=True), threads=threads, pause=0.001)
    told = cached.counters
    assert told is not None and 0 < told.brought <= told.uses
    assert 0 < told.hits < told.uses


@pytest.mark.parametrize("name", DIFFERENT)
def test_rows_whose_logits_nobody_asks_for(name: str, child: OtherProcess) -> None:
    """The last layer computes the other rows alone, or none at all."""
    course = token_by_token(20, seed=16) + random_course(20, MOST_TOKENS, 4, seed=17)
    path = expert_model(name)
    plain = child.call(computed, path, course, silent=18)
    cached = child.call(computed, path, course, wish(name), silent=18)
    assert difference(plain.logits, cached.logits) <= CLOSE
    assert cached.counters is not None and cached.counters.plain_blocks == 0


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_cache_of_some_layers_only(name: str, child: OtherProcess) -> None:
    last = LAYOUTS[name].layers[-1]
    cached = the_same(child, name, side_by_side(10, seed=19), wish(name, layers=(last,)))
    assert cached.layers == (last,)
    assert cached.counters is not None and cached.counters.blocks >= 10


def test_more_experts_for_each_token_than_the_cache_takes(child: OtherProcess) -> None:
    cached = the_same(child, "qwen", token_by_token(6, seed=20), wish("qwen", used=3))
    assert cached.counters is not None and cached.counters.blocks == cached.counters.plain_blocks == 0


@pytest.mark.parametrize("workspace", [2**10, 2**14, 2**16, 2**17])
@pytest.mark.parametrize("name", DIFFERENT)
def test_a_workspace_that_is_too_small_leaves_the_layer_to_the_cpu(
    name: str, workspace: int, child: OtherProcess
) -> None:
    course = token_by_token(6, seed=21) + random_course(6, MOST_TOKENS, 3, seed=22)
    told = the_same(child, name, course, wish(name, workspace=workspace)).counters
    assert told is not None
    assert bool(told.blocks) != bool(told.plain_blocks)


def test_repacked_experts_stay_where_they_are(child: OtherProcess) -> None:
    course, path = token_by_token(6, seed=23), expert_model("mixtral", "Q4_0")
    plain = child.call(computed, path, course, repacked=True)
    cached = child.call(computed, path, course, wish("mixtral"), repacked=True)
    assert difference(plain.logits, cached.logits) <= CLOSE
    assert not cached.layers or (cached.counters is not None and cached.counters.hits > 0)


def test_two_contexts_of_one_model_by_turns(child: OtherProcess) -> None:
    courses = tuple(random_course(20, MOST_TOKENS, 4, seed=seed) for seed in (24, 25))
    for name in DIFFERENT:
        plain = child.call(computed_by_turns, expert_model(name), courses)
        cached = child.call(computed_by_turns, expert_model(name), courses, wish(name))
        assert difference(plain[0], cached[0]) <= CLOSE
        assert difference(plain[1], cached[1]) <= CLOSE


def test_one_cache_after_the_other_in_one_process(child: OtherProcess) -> None:
    course = token_by_token(10, seed=13)
    held = []
    for name in LAYOUTS:
        for slots in (LAYOUTS[name].used, LAYOUTS[name].experts):
            told = the_same(child, name, course, wish(name, slots)).counters
            assert told is not None
            held.append(told.allocated)
    again = the_same(child, "mixtral", course, wish("mixtral", LAYOUTS["mixtral"].used)).counters
    assert again is not None and again.allocated == held[0]
