"""Sizes as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.sizes import LARGEST, parse_budgets, parse_size
from engine.errors import UserError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("123", 123),
        ("123b", 123),
        ("1KiB", 1024),
        ("1.5GiB", 3 * 2**29),
        ("0.1MiB", 104857),
        (" 2 mib ", 2 * 2**20),
        ("2 kB", 2000),
        ("1.5 GB", 1_500_000_000),
        ("24GB", 24_000_000_000),
        ("9223372036854775807", LARGEST),
    ],
)
def test_bytes_and_units_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "-1GiB",
        "+1",
        "1e9",
        "1G",
        "1.5",
        ".5GiB",
        "1.GiB",
        "1,5GiB",
        "1_000",
        "0x10",
        "nan",
        "inf",
        "GiB",
        "1GiB1",
        "1  GiB",
        "١",
        "９",
        "9223372036854775808",
        "9" * 5000,
        "1\nGiB",
        "1\0",
    ],
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_size(text)
    assert caught.value.code == "cli.bad_size"


@given(st.text())
def test_any_text_is_a_size_or_a_told_error(text: str) -> None:
    try:
        assert 0 <= parse_size(text) <= LARGEST
    except UserError as error:
        assert error.code == "cli.bad_size"


@given(st.integers(0, LARGEST))
def test_a_number_of_bytes_is_that_number(size: int) -> None:
    assert parse_size(str(size)) == size


@given(st.integers(0, 2**20), st.sampled_from([("KiB", 10), ("MiB", 20), ("GiB", 30)]))
def test_a_unit_multiplies(count: int, unit: tuple[str, int]) -> None:
    assert parse_size(f"{count}{unit[0]}") == count << unit[1]


def test_budgets_are_read_by_device() -> None:
    assert parse_budgets(["RPC0=1GiB", "CPU=5"]) == {"RPC0": 2**30, "CPU": 5}
    assert parse_budgets([]) == {}


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["RPC0"], "cli.bad_memory"),
        (["=5"], "cli.bad_memory"),
        ([""], "cli.bad_memory"),
        (["RPC0="], "cli.bad_size"),
        (["RPC0=-5"], "cli.bad_size"),
        (["RPC0=1=2"], "cli.bad_size"),
        (["RPC0=1", " RPC0 =2"], "cli.memory_twice"),
    ],
)
def test_budgets_that_are_none_are_told(texts: list[str], code: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_budgets(texts)
    assert caught.value.code == code


@given(st.lists(st.text()))
def test_any_texts_are_budgets_or_a_told_error(texts: list[str]) -> None:
    try:
        parse_budgets(texts)
    except UserError as error:
        assert error.code.startswith("cli.")
