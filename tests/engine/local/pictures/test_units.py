"""Pictures in lists of tokens."""

import numpy as np

from engine.local.model.sequences import common_length
from engine.local.pictures.units import MOST_ROWS, Unit, unit, units


def test_units_are_found_again_with_their_rows_and_positions() -> None:
    wide, small, dot = unit("a", 32, 8), unit("b", 2, 2), unit("c", 1, 1)
    tokens = [1, 2, *wide, *small, 3, *dot, *dot, 4]
    assert units(tokens) == [Unit(2, 32, 8), Unit(34, 2, 2), Unit(37, 1, 1), Unit(38, 1, 1)]


def test_a_unit_of_which_a_part_was_read_keeps_its_size() -> None:
    assert units([1, *unit("a", 400, 20)[:100]]) == [Unit(1, 400, 20)]


def test_numbers_are_negative_and_fit_where_tokens_are_kept() -> None:
    for rows in (1, 2, 4096, MOST_ROWS):
        numbers = unit("a", rows, rows)
        assert len(numbers) == rows and max(numbers) < 0
        assert np.asarray(numbers, np.int32).tolist() == list(numbers)
        assert units(numbers) == [Unit(0, rows, rows)]


def test_two_pictures_differ_at_once_and_one_is_always_the_same() -> None:
    assert unit("a", 9, 9) == unit("a", 9, 9)
    assert common_length(list(unit("a", 9, 9)), list(unit("b", 9, 9))) <= 1
    assert unit("a", 1, 1) != unit("b", 1, 1)
