"""Products of our own, as ggml's backend for the processor computes them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.local.isolated_call import ask
from engine.local.survey import survey
from engine.placement.speed.prefill import FEWEST_TOKENS
from tests.support.computing.multiplied import Case, Multiplied, multiplied

pytestmark = pytest.mark.model

TYPES = (
    "Q4_0",
    "Q4_1",
    "Q5_0",
    "Q5_1",
    "Q8_0",
    "Q2_K",
    "Q3_K",
    "Q4_K",
    "Q5_K",
    "Q6_K",
    "IQ4_NL",
    "IQ4_XS",
    "MXFP4",
)
# ggml quantises inputs of some types in blocks of 256, ours in blocks of 32.
CLOSE = 0.015


@pytest.fixture(scope="module", autouse=True)
def used() -> None:
    if survey().products != "used":
        pytest.skip("this processor has no products of ours, or set-up did not build them")


def found(*cases: Case) -> Multiplied:
    return ask(multiplied, (cases,), Multiplied)


def floats(result: bytes) -> np.ndarray:
    return np.frombuffer(result, np.float32).astype(np.float64)


def distance(one: bytes, other: bytes) -> float:
    expected = floats(other)
    return float(np.sqrt(np.square(floats(one) - expected).mean() / np.square(expected).mean()))


def test_each_type_comes_out_as_ggmls() -> None:
    sizes = ((FEWEST_TOKENS + 1, False), (FEWEST_TOKENS + 2, True))
    shapes = [(kind, rows, experts) for kind in TYPES for rows, experts in sizes]
    cases = [
        Case(kind, rows, 2, 136, experts=experts, is_ours=is_ours)
        for kind, rows, experts in shapes
        for is_ours in (True, False)
    ]
    told = found(*cases)
    assert told.ours == (1, 0) * len(shapes)
    pairs = zip(shapes, told.results[::2], told.results[1::2], strict=True)
    far = {shape: distance(ours, ggmls) for shape, ours, ggmls in pairs}
    assert max(far.values()) < CLOSE, far


@pytest.mark.parametrize("experts", [False, True])
def test_threads_and_neighbours_change_no_bit(experts: bool) -> None:
    """Of experts every fourth row chooses the same: 80 rows are 20 for each."""
    rows = 80
    told = found(*(Case("Q4_1", rows, threads, 208, experts=experts) for threads in (1, 2, 3, 4)))
    assert len(set(told.results)) == 1 and told.ours == (1,) * 4
    more = found(Case("Q4_1", 2 * rows, 2, 208, experts=experts))
    assert more.results[0][: len(told.results[0])] == told.results[0]


def test_steps_of_few_tokens_are_ggmls_to_the_last_bit() -> None:
    few = [(rows, experts) for rows in (1, FEWEST_TOKENS - 1) for experts in (False, True)]
    cases = [
        Case("Q4_1", rows, 2, 64, experts=experts, is_ours=is_ours)
        for rows, experts in few
        for is_ours in (True, False)
    ]
    told = found(*cases)
    assert set(told.ours) == {0}
    assert told.results[::2] == told.results[1::2]
    assert found(*(Case("Q4_1", FEWEST_TOKENS, experts=experts) for experts in (False, True))).ours == (1, 1)


def test_what_is_not_quantised_is_left_to_ggml() -> None:
    assert found(Case("F16", FEWEST_TOKENS), Case("F32", FEWEST_TOKENS)).ours == (0, 0)
