"""Places in a column whose messages are mostly not built."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.desktop.widgets.extents import Extents, estimate


@given(st.lists(st.integers(1, 500), min_size=1, max_size=60), st.data())
def test_tops_are_sums_after_any_changes(heights: list[int], data: st.DataObject):
    extents = Extents(heights)
    for _ in range(data.draw(st.integers(0, 8))):
        index = data.draw(st.integers(0, len(heights) - 1))
        heights[index] = data.draw(st.integers(1, 500))
        extents.set_height(index, heights[index])
        probe = data.draw(st.integers(0, len(heights) - 1))
        assert extents.top(probe) == sum(heights[:probe])
    assert extents.total == sum(heights)
    y = data.draw(st.integers(0, sum(heights) - 1))
    found = extents.at(y)
    assert extents.top(found) <= y < extents.top(found) + heights[found]


def test_truncating_and_appending_keep_the_sums():
    extents = Extents([10, 20, 30])
    assert extents.total == 60
    extents.truncate(1)
    extents.append(5)
    assert (len(extents), extents.total, extents.top(1)) == (2, 15, 10)


def test_between_names_what_reaches_in():
    extents = Extents([10, 10, 10, 10])
    assert list(extents.between(5, 25)) == [0, 1, 2]
    assert list(extents.between(-50, 500)) == [0, 1, 2, 3]
    assert list(Extents().between(0, 10)) == []


def test_a_longer_text_is_guessed_higher():
    assert estimate("assistant", 5000, 744) > estimate("assistant", 50, 744) > 0
    assert estimate("user", 50, 300) <= estimate("user", 5000, 300)
