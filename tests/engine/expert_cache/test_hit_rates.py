"""The curve of hit rates that plans are made with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expert_cache.hit_rates import expected_hit_rate


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


def test_published_points_are_met() -> None:
    assert expected_hit_rate(64, 512, 10).expected == pytest.approx(0.67, abs=0.03)
    assert expected_hit_rate(128, 512, 10).expected == pytest.approx(0.81, abs=0.03)


@pytest.mark.parametrize("wrong", [(-1, 8, 2, 1), (9, 8, 2, 1), (4, 8, 0, 1), (4, 8, 9, 1), (4, 8, 2, 0)])
def test_shapes_that_cannot_be_are_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="slots"):
        expected_hit_rate(*wrong)
