"""Decimal numbers between bounds, judged by a reader of grammars: those inside are read, those outside are not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.formats.grammar.gbnf.decimals import End, decimal
from engine.formats.grammar.gbnf.ending import Endings

_NUMBERS = st.decimals(-2000, 2000, places=4, allow_nan=False) | st.decimals(-2, 2, places=2)
_ENDS = st.none() | st.builds(End, _NUMBERS, st.booleans())


def reads(low: End | None, high: End | None, text: str) -> bool:
    body = decimal(low, high)
    if body is None:
        return False
    endings = Endings(f"root ::= {body}\n")
    return () in endings.after(endings.start, text)


def is_inside(low: End | None, high: End | None, value: Decimal) -> bool:
    above = low is None or value > low.value or (value == low.value and not low.open)
    return above and (high is None or value < high.value or (value == high.value and not high.open))


@given(_ENDS, _ENDS, _NUMBERS, st.integers(0, 3))
@example(End(Decimal(0), True), End(Decimal("0.005")), Decimal("0.001"), 0)
@example(End(Decimal(0)), End(Decimal("0.005")), Decimal("0.0"), 0)
@example(End(Decimal("0.5")), End(Decimal("0.57"), True), Decimal("0.5"), 2)
@example(End(Decimal("-0.5"), True), None, Decimal("-0.5"), 0)
def test_a_number_is_read_if_it_lies_between_the_bounds(
    low: End | None, high: End | None, value: Decimal, zeros: int
) -> None:
    plain = f"{value.normalize():f}"
    for text in (plain, f"{value:f}", f"{plain}{'' if '.' in plain else '.0'}{'0' * zeros}"):
        assert reads(low, high, text) is is_inside(low, high, value), (decimal(low, high), text)


@given(_ENDS, _ENDS, st.integers(-3, 3))
def test_both_sides_of_a_bound_are_told_apart(low: End | None, high: End | None, step: int) -> None:
    for end in filter(None, (low, high)):
        value = end.value + step * Decimal("0.00001")
        assert reads(low, high, f"{value:f}") is is_inside(low, high, value)


def test_a_range_without_numbers_has_no_grammar() -> None:
    assert decimal(End(Decimal(2)), End(Decimal(1))) is None
    assert decimal(End(Decimal(2), True), End(Decimal(2))) is None
    assert decimal(End(Decimal("0.5")), End(Decimal("0.4"))) is None


@pytest.mark.parametrize("text", ["", "-", ".5", "1.", "01", "1e3", "+1", "1.5.2"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert not reads(None, None, text)
    assert not reads(End(Decimal(-9)), End(Decimal(9)), text)
