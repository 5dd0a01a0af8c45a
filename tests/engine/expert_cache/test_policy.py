"""The policy of the expert cache, judged by a second one that keeps the whole history and does nothing cleverly."""

from __future__ import annotations

import math
from collections import OrderedDict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expert_cache.policy import Policy
from tests.support.experts.expert_policy import EMPTY, LRU, STATIC, CachedExperts, Counters

EXPERTS = 6
BLOCKS = st.lists(st.lists(st.integers(0, EXPERTS - 1), min_size=1, max_size=4), max_size=40)
POLICIES = st.builds(Policy, st.sampled_from((0.0, -1.0, 1.0, 2.0, 16.0)), st.booleans(), st.just(False))


class Remembering:
    """The rule word by word: scores are summed anew from all uses."""

    def __init__(self, slots: int, policy: Policy) -> None:
        self.policy, self.slots = policy, [EMPTY] * slots
        self.uses: list[tuple[int, int]] = []

    def score(self, expert: int) -> int:
        """Of a half-life of one step, one that never ends, and one that ends at once: whole numbers without end."""
        steps = [step for step, used in self.uses if used == expert]
        if self.policy.half_life == 0:
            return 0
        return len(steps) if self.policy.half_life < 0 else sum(2**step for step in steps)

    def block(self, now: int, rows: list[int]) -> tuple[int, list[int]]:
        hits = sum(expert in self.slots for expert in rows)
        missing = [expert for expert in dict.fromkeys(rows) if expert not in self.slots]
        self.uses += [(now, expert) for expert in rows]
        brought = []
        for expert in missing:
            slot = self.slot_for(expert, rows)
            if slot is not None:
                self.slots[slot] = expert
                brought.append(expert)
        return hits, brought

    def slot_for(self, expert: int, rows: list[int]) -> int | None:
        if EMPTY in self.slots:
            return self.slots.index(EMPTY)
        order = sorted(
            (self.score(old), max(step for step, used in self.uses if used == old), slot)
            for slot, old in enumerate(self.slots)
            if old not in rows
        )
        if not order:
            return None
        score, _, slot = order[0]
        if self.policy.admission and self.policy.half_life and self.score(expert) <= score:
            return None
        return slot


@given(BLOCKS, st.integers(1, EXPERTS), st.sampled_from((0.0, -1.0, 1.0)), st.booleans())
def test_slots_are_those_of_the_rule_word_by_word(
    blocks: list[list[int]], slots: int, half_life: float, admission: bool
) -> None:
    policy = Policy(half_life, admission)
    cache, judge = CachedExperts(slots, EXPERTS, policy), Remembering(slots, policy)
    for step, rows in enumerate(blocks):
        before = cache.counters
        brought = cache.block(rows)
        hits, expected = judge.block(step, rows)
        assert list(brought) == expected
        assert cache.counters.hits - before.hits == hits
        assert list(cache.warm_experts) == judge.slots


@given(BLOCKS, st.integers(1, EXPERTS), POLICIES)
def test_counters_add_up(blocks: list[list[int]], slots: int, policy: Policy) -> None:
    cache = CachedExperts(slots, EXPERTS, policy)
    missing = 0
    for rows in blocks:
        missing += len(set(rows) - set(cache.warm_experts))
        cache.block(rows)
        kept = [expert for expert in cache.warm_experts if expert != EMPTY]
        assert len(set(kept)) == len(kept)
    told = cache.counters
    assert told.blocks == len(blocks)
    assert told.uses == sum(map(len, blocks))
    assert told.brought + told.refused == missing
    assert told.brought - told.evicted == len(kept if blocks else [])
    assert told.hits <= told.uses


@given(BLOCKS, POLICIES)
def test_with_a_slot_for_each_expert_nothing_is_brought_twice(
    blocks: list[list[int]], policy: Policy
) -> None:
    cache = CachedExperts(EXPERTS, EXPERTS, policy)
    for rows in blocks:
        cache.block(rows)
    assert cache.counters.evicted == cache.counters.refused == 0
    assert cache.counters.brought == len({expert for rows in blocks for expert in rows})


@given(st.lists(st.integers(0, EXPERTS - 1), max_size=60), st.integers(1, EXPERTS))
def test_half_life_zero_is_the_textbook_lru(uses: list[int], slots: int) -> None:
    cache, kept = CachedExperts(slots, EXPERTS, LRU), OrderedDict[int, None]()
    hits = 0
    for expert in uses:
        hits += expert in kept
        kept[expert] = None
        kept.move_to_end(expert)
        if len(kept) > slots:
            kept.popitem(last=False)
        cache.block([expert])
        assert set(cache.warm_experts) - {EMPTY} == set(kept)
    assert cache.counters.hits == hits


def test_a_block_never_loses_its_own_experts() -> None:
    cache = CachedExperts(2, EXPERTS, LRU)
    cache.block([0, 1])
    assert cache.block([0, 2, 3]) == (2,)
    assert cache.warm_experts == (0, 2)
    assert cache.counters.refused == 1


def test_two_tokens_that_miss_one_expert_are_two_misses_and_one_bringing() -> None:
    cache = CachedExperts(3, EXPERTS, LRU)
    assert cache.block([4, 4, 1]) == (4, 1)
    assert cache.counters == Counters(blocks=1, uses=3, hits=0, brought=2)


def test_admission_keeps_out_what_is_used_less_than_what_it_would_replace() -> None:
    cache = CachedExperts(1, EXPERTS, Policy(half_life=100.0, admission=True))
    for expert in (0, 0, 1):
        cache.block([expert])
    assert cache.warm_experts == (0,)
    cache.block([1])
    cache.block([1])
    assert cache.warm_experts == (1,)


def test_a_static_list_stays_as_it_was_brought() -> None:
    cache = CachedExperts(2, EXPERTS, STATIC)
    cache.warm([3, 5, 1])
    for expert in (0, 1, 2, 3):
        cache.block([expert])
    assert cache.warm_experts == (3, 5)
    assert cache.counters == Counters(blocks=4, uses=4, hits=1, brought=2, refused=3)


def test_warm_experts_that_nobody_uses_go_from_the_last_of_the_list_on() -> None:
    cache = CachedExperts(3, EXPERTS, LRU)
    cache.warm([5, 5, 99, -1, 4, 3, 2])
    assert cache.warm_experts == (5, 4, 3)
    cache.block([0])
    cache.block([1])
    assert cache.warm_experts == (5, 1, 0)


def test_numbers_that_no_expert_has_are_left_out() -> None:
    cache = CachedExperts(2, EXPERTS, LRU)
    assert cache.block([-1, EXPERTS, 2]) == (2,)
    assert cache.counters.uses == 1


@pytest.mark.parametrize("half_life", [0.25, 1.0, 3.7, 64.0])
def test_scores_stay_finite_and_in_order_over_a_very_long_run(half_life: float) -> None:
    policy = Policy(half_life)
    cache = CachedExperts(3, EXPERTS, policy)
    for step in range(int(2000 * half_life) + 2000):
        cache.block([step % 2, 2] if step % 3 == 0 else [2])
    assert all(map(math.isfinite, cache._scores))
    # Experts 0 and 1 by turns every third step, 2 always: a newcomer takes the place of the one that is longer gone.
    longest_gone = min((0, 1), key=lambda expert: cache._last[expert])
    cache.block([5])
    assert set(cache.warm_experts) == {2, 5, 1 - longest_gone}


def test_bringing_scores_down_does_not_change_what_is_kept() -> None:
    """Over 1,100 half-lives scores are brought down twice."""
    policy = Policy(half_life=1.0)
    cache, judge = CachedExperts(2, EXPERTS, policy), Remembering(2, policy)
    draw = Random(1)
    for step in range(1100):
        rows = [draw.randrange(EXPERTS) for _ in range(1 + step % 2)]
        cache.block(rows)
        judge.block(step, rows)
        assert list(cache.warm_experts) == judge.slots
    assert cache._base == 1024


@pytest.mark.parametrize("slots", [0, EXPERTS + 1])
def test_slots_must_be_one_to_all(slots: int) -> None:
    with pytest.raises(ValueError, match="slots"):
        CachedExperts(slots, EXPERTS, LRU)
