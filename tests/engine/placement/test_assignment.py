"""Layers to devices as llama.cpp computes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.placement.assignment import layer_devices


def test_the_last_layers_and_the_output_go_to_the_device() -> None:
    assert layer_devices(4, 3, (1.0,)) == (None, None, 0, 0, 0)
    assert layer_devices(4, 5, (1.0,)) == (0,) * 5
    assert layer_devices(4, 99, (1.0,)) == (0,) * 5
    assert layer_devices(4, 1, (1.0,)) == (None,) * 4 + (0,)
    assert layer_devices(4, 0, (1.0,)) == (None,) * 5
    assert layer_devices(4, 5, ()) == (None,) * 5


def test_shares_need_not_be_layers() -> None:
    assert layer_devices(4, 5, (1.0, 1.0)) == (0, 0, 0, 1, 1)
    assert layer_devices(4, 5, (0.0, 1.0)) == (1,) * 5


def test_division_is_in_single_precision() -> None:
    """As C++'s float answers; in double precision the first device would get one layer more."""
    assert layer_devices(29, 30, (0.1, 0.5)).count(0) == 5
    assert layer_devices(29, 30, (0.6, 0.3)).count(0) == 20


def test_a_split_without_a_share_is_refused() -> None:
    with pytest.raises(ValueError, match="no device"):
        layer_devices(4, 5, (0.0, 0.0))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6).filter(any), st.integers(0, 40))
def test_whole_numbers_of_layers_are_divided_exactly(counts: list[int], in_ram: int) -> None:
    total = sum(counts)
    found = layer_devices(in_ram + total - 1, total, [float(count) for count in counts])
    wanted = [None] * in_ram + [device for device, count in enumerate(counts) for _ in range(count)]
    assert list(found) == wanted
