"""The curve of hit rates that plans are made with."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expert_cache.hit_rates import expected_hit_rate
from tests.bench.published_hit_rates import PUBLISHED_RATES, PublishedRate

SHAPES = ((8, 2), (64, 8), (128, 8), (512, 10))


@st.composite
def shapes(draw: st.DrawFn) -> tuple[int, int, int]:
    experts = draw(st.integers(1, 1024))
    return experts, draw(st.integers(1, experts)), draw(st.integers(1, 64))


@given(shapes(), st.data())
def test_rates_are_ordered_and_never_fall_with_more_slots(
    shape: tuple[int, int, int], data: st.DataObject
) -> None:
    experts, used, batch = shape
    fewer, more = sorted(data.draw(st.lists(st.integers(0, experts), min_size=2, max_size=2)))
    less, better = (expected_hit_rate(slots, experts, used, batch) for slots in (fewer, more))
    for low, high in zip(less, better, strict=True):
        assert low <= high + 1e-12
    for rates in (less, better):
        assert 0 <= rates.low <= rates.expected + 1e-12
        assert rates.expected <= rates.high <= 1


@given(shapes())
def test_ends_are_nothing_and_everything(shape: tuple[int, int, int]) -> None:
    experts, used, batch = shape
    assert expected_hit_rate(0, experts, used, batch) == (0, 0, 0)
    assert expected_hit_rate(experts, experts, used, batch) == (1, 1, 1)


@given(shapes(), st.data())
def test_more_texts_at_once_never_raise_it(shape: tuple[int, int, int], data: st.DataObject) -> None:
    experts, used, batch = shape
    slots = data.draw(st.integers(0, experts))
    alone, beside = (expected_hit_rate(slots, experts, used, size) for size in (batch, batch + 1))
    assert beside.expected <= alone.expected + 1e-12


@pytest.mark.parametrize("found", [found for found in PUBLISHED_RATES if found.usual])
def test_rates_that_others_measured_are_about_as_expected(found: PublishedRate) -> None:
    """Slots are whole ones: between the two next to what was measured."""
    fewer = expected_hit_rate(math.floor(found.slots), found.experts, found.used)
    more = expected_hit_rate(math.ceil(found.slots), found.experts, found.used)
    assert fewer.expected - 0.05 <= found.hit_rate <= more.expected + 0.05 or found.slots == 8
    assert fewer.low < found.hit_rate < more.high


def test_they_are_met_on_average() -> None:
    usual = [found for found in PUBLISHED_RATES if found.usual]
    off = [
        expected_hit_rate(round(found.slots), found.experts, found.used).expected - found.hit_rate
        for found in usual
    ]
    assert abs(statistics.mean(off)) < 0.01
    assert statistics.mean(map(abs, off)) < 0.03


def test_a_token_that_uses_many_of_the_experts_is_served_less() -> None:
    shares = [expected_hit_rate(experts // 4, experts, used).expected for experts, used in SHAPES]
    assert shares == sorted(shares)


@pytest.mark.parametrize("wrong", [(-1, 8, 2, 1), (9, 8, 2, 1), (4, 8, 0, 1), (4, 8, 9, 1), (4, 8, 2, 0)])
def test_shapes_that_cannot_be_are_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="slots"):
        expected_hit_rate(*wrong)
