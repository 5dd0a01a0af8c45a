"""Attention of our own, as ggml's backend for the processor computes it, in every way that this processor has, judged
by NumPy in double precision."""

from __future__ import annotations

from itertools import product

import msgspec
import numpy as np
import pytest

from engine.local.isolated_call import ask
from engine.local.survey import survey
from tests.support.computing.attended import GGMLS, Attended, Case, attended, expected

pytestmark = [pytest.mark.long, pytest.mark.model]
# Of results of about 1, some roundings to 24 bits: of a score, and of what e is raised to.
EXACT = 3e-6
TYPES = ("F16", "BF16", "F32", "Q8_0")


@pytest.fixture(scope="module", autouse=True)
def used() -> None:
    if survey().products != "used":
        pytest.skip("this processor has no attention of ours, or set-up did not build it")


def found(*cases: Case) -> Attended:
    return ask(attended, (cases,), Attended)


def ways() -> range:
    return range(found().ways)


def floats(result: bytes) -> np.ndarray:
    return np.frombuffer(result, np.float32)


def check(*cases: Case) -> None:
    cases = tuple(msgspec.structs.replace(case, way=way) for case in cases for way in ways())
    told = found(*cases)
    assert told.ours == (1,) * len(cases)
    far = {
        case: float(np.abs(floats(result) - expected(case).ravel()).max())
        for case, result in zip(cases, told.results, strict=True)
    }
    assert max(far.values()) <= EXACT, {case: each for case, each in far.items() if not each <= EXACT}


@pytest.mark.parametrize("kv_type", TYPES)
def test_every_type_at_every_depth(kv_type: str) -> None:
    check(
        *(
            Case(kv_type, tokens, cells)
            for tokens, cells in ((1, 1), (1, 63), (3, 64), (1, 300), (40, 1100), (16, 2048))
        )
    )


def test_heads_of_every_width_and_number() -> None:
    widths = ((64, 64), (128, 128), (96, 96), (256, 256), (576, 512), (192, 128), (32, 32), (160, 160))
    heads = ((4, 4), (12, 1), (9, 3), (40, 8), (128, 1), (80, 2))
    check(*(Case(key_width=key, value_width=value, tokens=3, cells=400) for key, value in widths))
    check(
        *(Case(heads=all_, key_heads=keys, tokens=tokens) for (all_, keys), tokens in product(heads, (1, 33)))
    )


@pytest.mark.parametrize("mask", ["", "causal", "holes", "turns"])
def test_every_mask_and_what_is_added_to_scores(mask: str) -> None:
    plain = [
        Case(mask=mask, tokens=tokens, cells=700, streams=streams)
        for tokens, streams in ((1, 1), (8, 2), (37, 3))
    ]
    changed = [
        msgspec.structs.replace(each, cap=cap, sinks=sinks)
        for each in plain
        for cap, sinks in ((30.0, False), (0.0, True))
    ]
    biased = [msgspec.structs.replace(each, bias=8.0, heads=12) for each in plain if mask]
    check(*plain, *changed, *biased)


def test_scores_of_any_size() -> None:
    check(
        Case(are_sevenfold=True, tokens=5, cells=900), Case(are_sevenfold=True, cap=50.0, tokens=5, cells=900)
    )


def test_tokens_that_see_nothing_come_to_nothing() -> None:
    case = Case(tokens=8, cells=300, mask="holes")
    rows = floats(found(case).results[0]).reshape(8, -1)
    assert not rows[3].any() and rows[2].all()


def test_a_row_has_the_same_bits_with_any_threads_and_neighbours() -> None:
    """Of the tokens of a prompt, and of one by itself."""
    for way, kv_type in product(ways(), TYPES):
        alone = Case(kv_type, tokens=1, cells=1500, mask="", way=way)
        cases = [
            msgspec.structs.replace(alone, tokens=tokens, threads=threads)
            for tokens, threads in ((1, 1), (1, 3), (2, 2), (16, 4), (17, 2), (80, 3))
        ]
        results = found(*cases).results
        assert {result[: len(results[0])] for result in results} == {results[0]}


def test_what_is_hidden_does_not_count_whatever_it_holds() -> None:
    for way, tokens in product(ways(), (4, 40)):
        clean = Case("F32", tokens, 640, mask="holes", way=way)
        results = found(clean, msgspec.structs.replace(clean, has_rubbish=True)).results
        assert results[0] == results[1]


def test_ggml_computes_what_is_not_known() -> None:
    unknown = (Case("Q4_0"), Case(way=GGMLS), Case(key_width=80, value_width=80))
    assert found(*unknown).ours == (0, 0, 0)


def test_it_comes_out_as_ggmls() -> None:
    """Which rounds more: queries and weighted values to halves."""
    cases = [Case(kv_type, tokens, 800) for kv_type, tokens in product(("F16", "BF16", "Q8_0"), (1, 70))]
    ggmls = found(*(msgspec.structs.replace(case, way=GGMLS) for case in cases))
    assert not any(ggmls.ours)
    for ours, theirs in zip(found(*cases).results, ggmls.results, strict=True):
        assert np.abs(floats(ours) - floats(theirs)).max() < 0.01
