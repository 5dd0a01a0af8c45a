"""Products of quantised matrices by many tokens, judged by NumPy in double precision, in every way that the processor
has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.computing import products
from tests.support.computing.products import TYPES, Bytes, Floats, expected, is_known, made, multiplied, ways

pytestmark = pytest.mark.skipif(
    products.COMPILER is None or products.headers() is None, reason="no C++ compiler, or no headers of ggml"
)
K = 512
# A few roundings to 24 bits.
EXACT = 4e-7


def tokens_of(count: int, k: int = K, seed: int = 7) -> Floats:
    return np.random.default_rng(seed).standard_normal((count, k)).astype(np.float32)


def check(name: str, weights: Bytes, tokens: Floats) -> None:
    results, amounts = expected(name, weights, tokens)
    for way, told in enumerate(ways()):
        found = multiplied(way, name, weights, tokens)
        assert np.array_equal(found, multiplied(0, name, weights, tokens), equal_nan=True), told
        assert (np.abs(found - results) <= EXACT * amounts + 1e-30).all(), told


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("name", TYPES)
def test_products_are_those_of_the_dequantised_weights(name: str, random: np.random.Generator) -> None:
    check(name, made(name, 37, K, random), tokens_of(13))


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("byte", [0x00, 0xFF, 0x80, 0x7F, 0x0F, 0xF0])
def test_no_sum_is_too_great(name: str, byte: int, random: np.random.Generator) -> None:
    scales = made(name, 16, K, random).reshape(16, -1, products.block_of(name)[1])
    blocks = np.full_like(scales, byte)
    for place in products.HALVES[name]:
        blocks[:, :, place : place + 2] = scales[:, :, place : place + 2]
    products.tame(name, blocks)
    tokens = np.ones((4, K), np.float32)
    tokens[1] = -1
    tokens[2, ::2] = -1
    tokens[3, ::3] = 0
    check(name, blocks.reshape(16, -1), tokens)


@pytest.mark.parametrize("name", [name for name in TYPES if products.HALVES[name]])
@pytest.mark.parametrize("scale", [0.0, 6e-8, 3e-6, 65504.0], ids=["zero", "least", "subnormal", "greatest"])
def test_scales_of_any_size(name: str, scale: float, random: np.random.Generator) -> None:
    weights = made(name, 9, K, random, scale=0.0)
    blocks = weights.reshape(9, -1, products.block_of(name)[1])
    for place in products.HALVES[name]:
        blocks[:, :, place : place + 2] = np.array([scale], np.float16).view(np.uint8)
    check(name, weights, tokens_of(3))


def test_powers_of_two_of_any_size(random: np.random.Generator) -> None:
    weights = made("MXFP4", 256, 32, random)
    weights[:, 0] = np.arange(256)
    check("MXFP4", weights[:240], tokens_of(2, 32))
    weights = made("NVFP4", 256, 64, random)
    weights[:, :4] = np.arange(256)[:, None]
    check("NVFP4", weights[:128], tokens_of(2, 64))


@given(
    rows=st.integers(1, 40), count=st.integers(1, 21), groups=st.integers(1, 9), name=st.sampled_from(TYPES[:5]),
    data=st.data(),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_result_depends_on_its_row_and_its_token_alone(
    rows: int, count: int, groups: int, name: str, data: st.DataObject
) -> None:
    weights = made(name, rows, groups * products.GROUP, np.random.default_rng(rows))
    tokens = tokens_of(count, groups * products.GROUP, seed=count)
    first = data.draw(st.integers(0, rows - 1), "first")
    end = data.draw(st.integers(first + 1, rows), "end")
    row, token = data.draw(st.integers(first, end - 1), "row"), data.draw(st.integers(0, count - 1), "token")
    for way, _ in enumerate(ways()):
        found = multiplied(way, name, weights, tokens, first, end)
        alone = multiplied(way, name, weights[row : row + 1], tokens[token : token + 1])
        assert found[token, row] == alone[0, 0]
        assert np.isnan(found[:, :first]).all()
        assert np.isnan(found[:, end:]).all()
        assert not np.isnan(found[:, first:end]).any()


@pytest.mark.parametrize("name", TYPES)
def test_rows_may_lie_apart(name: str, random: np.random.Generator) -> None:
    dense = made(name, 20, K, random)
    apart = np.zeros((20, dense.shape[1] + 24), np.uint8)
    apart[:, : dense.shape[1]] = dense
    tokens = tokens_of(5)
    for way, _ in enumerate(ways()):
        view = apart[:, : dense.shape[1]]
        assert np.array_equal(multiplied(way, name, view, tokens), multiplied(way, name, dense, tokens))


@pytest.mark.parametrize("value", [0.0, 1e-45, -1e-38, 1e-37])
def test_tokens_without_amount_are_as_good_as_zero(value: float, random: np.random.Generator) -> None:
    weights, tokens = made("Q4_1", 16, K, random), np.full((3, K), value, np.float32)
    for way, _ in enumerate(ways()):
        assert (np.abs(multiplied(way, "Q4_1", weights, tokens)) <= K * abs(value)).all()


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_stays_with_its_token(value: float, random: np.random.Generator) -> None:
    weights, tokens = made("Q4_K", 16, K, random), tokens_of(9)
    odd = tokens.copy()
    odd[4, 300] = value
    others = [token for token in range(9) if token != 4]
    for way, _ in enumerate(ways()):
        found = multiplied(way, "Q4_K", weights, odd)
        assert not np.isfinite(found[4]).any()
        assert np.array_equal(found[others], multiplied(way, "Q4_K", weights, tokens)[others])


def test_great_tokens_are_multiplied_as_small_ones_are(random: np.random.Generator) -> None:
    weights, tokens = made("Q6_K", 16, K, random, scale=1e-5), tokens_of(3)
    check("Q6_K", weights, tokens * np.float32(1e30))
    check("Q6_K", weights, tokens * np.float32(1e-30))


def test_several_threads_at_once(random: np.random.Generator) -> None:
    weights, tokens = made("Q5_K", 64, K, random), tokens_of(32)
    for way, _ in enumerate(ways()):
        alone = multiplied(way, "Q5_K", weights, tokens)
        with ThreadPoolExecutor(4) as pool:
            all_found = list(pool.map(lambda _, way=way: multiplied(way, "Q5_K", weights, tokens), range(8)))
        assert all(np.array_equal(found, alone) for found in all_found)


@pytest.mark.long
def test_each_way_keeps_its_own_functions_where_none_is_put_inside_another(
    random: np.random.Generator,
) -> None:
    """So it is in a library for a debugger: a linker keeps one of functions by the same name."""
    tokens = tokens_of(15)
    for name in ("Q4_K", "Q6_K", "Q8_0"):
        weights = made(name, 37, K, random)
        for way, told in enumerate(ways()):
            plain = multiplied(way, name, weights, tokens, level="-O0")
            assert np.array_equal(plain, multiplied(way, name, weights, tokens)), (name, told)


@pytest.mark.parametrize(
    ("name", "k"), [("F16", 512), ("Q8_K", 512), ("TQ1_0", 512), ("Q4_K", 288), ("Q4_0", 48)]
)
def test_what_is_not_known(name: str, k: int) -> None:
    assert not is_known(name, k)


@pytest.mark.parametrize("name", TYPES)
def test_what_is_known_where_there_is_a_way(name: str) -> None:
    assert is_known(name, K) == bool(ways())
    assert not is_known(name, 0)
