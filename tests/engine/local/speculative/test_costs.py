"""What steps take, told by steps of a machine that is made up."""

import itertools
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.local.speculative.costs import FURTHER_ROW, StepCosts


def test_nothing_is_known_before_a_step() -> None:
    assert StepCosts().seconds(4) == 0.0


def test_a_single_known_row_leaves_further_rows_to_be_assumed() -> None:
    costs = StepCosts()
    costs.took(1, 0.01)
    assert costs.seconds(1) == 0.01
    assert costs.seconds(11) == pytest.approx(0.01 * (1 + 10 * FURTHER_ROW))


def test_between_two_known_sizes_it_is_a_straight_line_and_beyond_them_each_row_counts_the_same() -> None:
    costs = StepCosts()
    costs.took(4, 0.02)
    costs.took(32, 0.09)
    assert costs.seconds(18) == pytest.approx(0.055)
    assert costs.seconds(64) == pytest.approx(0.18)
    assert costs.seconds(2) == pytest.approx(0.01)


def test_on_a_busy_machine_short_and_long_steps_are_measured_alike() -> None:
    """Each hundredth of a second another program may take the processor for a tenth of one."""
    costs, dice = StepCosts(), random.Random(1)

    def busy(seconds: float) -> float:
        return seconds + sum(0.1 for _ in range(round(seconds / 0.005)) if dice.random() < 0.2)

    told = []
    for _ in range(40):
        for _ in range(32):
            costs.took(1, busy(0.005))
        costs.took(64, busy(0.2))
        told.append(costs.seconds(64) / costs.seconds(1))
    assert 30 < statistics.median(told) < 50  # 40 on an idle one


def test_a_step_that_stood_still_counts_for_no_more_than_a_bad_one() -> None:
    costs = StepCosts()
    for number in range(100):
        costs.took(1, 60.0 if number == 90 else 0.005)
    assert costs.seconds(1) < 0.0065


def test_a_machine_that_stays_slower_is_believed() -> None:
    costs = StepCosts()
    for seconds in [0.005] * 20 + [0.015] * 64:
        costs.took(1, seconds)
    assert costs.seconds(1) == pytest.approx(0.015)


def test_the_first_step_of_a_size_may_have_been_disturbed_and_the_third_is_believed() -> None:
    costs = StepCosts()
    costs.took(1, 0.005)
    costs.took(256, 0.5)
    assumed = costs.seconds(64)
    costs.took(64, 5.0)
    assert costs.seconds(64) <= 1.5 * assumed
    for _ in range(6):
        costs.took(64, 0.3)
    assert costs.seconds(64) == pytest.approx(0.3)


def test_several_small_steps_that_were_faster_show_that_a_large_one_was_disturbed() -> None:
    costs = StepCosts()
    for rows, seconds in ((1, 0.01), (8, 0.04), (16, 0.9), (16, 0.9), (16, 0.9)):
        costs.took(rows, seconds)
    assert costs.seconds(16) == pytest.approx(0.08)


def test_a_size_that_was_not_used_for_long_is_unknown_again() -> None:
    costs = StepCosts()
    costs.took(1, 0.005)
    assumed = costs.seconds(64)
    for _ in range(3):
        costs.took(64, 5.0)
    assert costs.seconds(64) > 1.5 * assumed
    for _ in range(3000):
        costs.took(1, 0.005)
    assert costs.seconds(64) == pytest.approx(assumed)


def test_a_larger_step_that_was_faster_shows_that_a_smaller_one_was_disturbed() -> None:
    costs = StepCosts()
    for rows, seconds in ((1, 0.005), (16, 0.9), (64, 0.1)):
        costs.took(rows, seconds)
    assert costs.seconds(16) <= 0.1


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.floats(1e-6, 10.0)), min_size=1, max_size=40),
    st.lists(st.integers(1, 6000), min_size=2, max_size=20),
)
def test_more_rows_never_take_less(steps: list[tuple[int, float]], asked: list[int]) -> None:
    costs = StepCosts()
    for rows, seconds in steps:
        costs.took(rows, seconds)
    told = [costs.seconds(rows) for rows in sorted(asked)]
    assert told[0] > 0.0
    for less, more in itertools.pairwise(told):
        assert more >= less * (1 - 1e-9)
