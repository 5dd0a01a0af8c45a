import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.local.generation.repetition import repeats


@given(st.text(min_size=1, max_size=400), st.text(max_size=50))
def test_a_piece_said_often_enough_is_noticed_whatever_came_before(piece: str, before: str) -> None:
    assert repeats(before + piece * max(6, -(-800 // len(piece))))


@pytest.mark.parametrize("times", [1, 5])
def test_a_paragraph_said_a_few_times_is_not(times: int) -> None:
    assert not repeats("".join(f"{word} " for word in range(40)) * times)


def test_a_list_or_a_table_of_different_lines_is_not() -> None:
    assert not repeats("".join(f"- line {number} of the list\n" for number in range(400)))
    assert not repeats("")
