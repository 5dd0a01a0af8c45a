"""Kept states in the forms that plain and flash attention read."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.local.model import state_form
from engine.local.model.state_form import StateForm, form_of, in_form
from engine.placement.plan import Placement

F16, BF16 = 1, 30
FORMS = [StateForm(keys, keys, transposed) for keys in (F16, BF16) for transposed in (False, True)]


def halves(numbers: np.ndarray, kind: int) -> bytes:
    if kind == F16:
        return numbers.astype(np.float16).tobytes()
    return (numbers.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).tobytes()


def state(numbers: np.ndarray, form: StateForm, *, places: bool = False) -> bytes:
    """As llama.cpp writes it: `numbers` of (keys and values, layer, cell, width)."""
    _, layers, cells, width = numbers.shape
    told = struct.pack("<QII", 7, 1, cells)
    for cell in range(cells):
        told += struct.pack("<iI", cell, 1) + (bytes(8) if places else b"") + struct.pack("<i", 0)
    told += struct.pack("<II", form.transposed, layers)
    for layer in range(layers):
        told += struct.pack("<iQ", form.keys, 2 * width) + halves(numbers[0, layer], form.keys)
    for layer in range(layers):
        values = numbers[1, layer]
        if form.transposed:
            told += struct.pack("<iII", form.values, 2, width) + halves(values.T, form.values)
        else:
            told += struct.pack("<iQ", form.values, 2 * width) + halves(values, form.values)
    return told


@given(
    layers=st.integers(1, 3),
    cells=st.integers(1, 9),
    width=st.integers(1, 8),
    places=st.booleans(),
    forms=st.tuples(st.sampled_from(FORMS), st.sampled_from(FORMS)),
    seed=st.integers(0, 2**16),
)
def test_a_state_is_turned_into_any_other_form(
    layers: int, cells: int, width: int, places: bool, forms: tuple[StateForm, StateForm], seed: int
) -> None:
    # Numbers that both types hold exactly.
    drawn = np.random.default_rng(seed).integers(-128, 128, (2, layers, cells, width))
    numbers = drawn.astype(np.float32) / 16
    before, after = (state(numbers, form, places=places) for form in forms)
    assert bytes(in_form(before, forms[1])) == after
    assert bytes(in_form(bytearray(after), forms[0])) == before


def test_numbers_are_rounded_to_the_nearest_and_none_becomes_infinite() -> None:
    numbers = np.array([1.00390625, 1.01171875, -3.0e38, 0.0], np.float32).reshape(1, 1, 1, 4)
    numbers = np.concatenate([numbers, numbers])
    flash, bf16 = StateForm(F16, F16, False), StateForm(BF16, BF16, False)
    small = np.where(np.abs(numbers) > 1e6, 5.0, numbers)
    rounded = bytes(in_form(state(small, flash), bf16))
    kept = np.frombuffer(rounded, np.uint16, 4, len(rounded) - 8).astype(np.uint32) << 16
    assert kept.view(np.float32).tolist() == [1.0, 1.015625, 5.0, 0.0]
    back = bytes(in_form(state(numbers, bf16), flash))
    assert np.frombuffer(back, np.float16, 4, len(back) - 8).tolist()[2] == -65504.0


@given(data=st.binary(max_size=96), form=st.sampled_from(FORMS))
def test_what_is_no_such_state_stays_as_it_is(data: bytes, form: StateForm) -> None:
    for told in (data, struct.pack("<QII", 7, 1, 1) + data):
        assert in_form(told, form) is told


def test_a_torn_state_and_one_of_another_kind_stay_as_they_are() -> None:
    numbers = np.zeros((2, 2, 3, 4), np.float32)
    whole, other = state(numbers, FORMS[0]), FORMS[1]
    assert in_form(whole, None) is whole and in_form(whole, FORMS[0]) is whole
    for torn in (
        whole[:-1],
        whole + b"\0",
        whole.replace(struct.pack("<iQ", F16, 8), struct.pack("<iQ", 8, 8)),
    ):
        assert in_form(torn, other) is torn


def test_without_memory_for_another_a_state_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_form, "has_memory_for", lambda _: False)
    whole = state(np.zeros((2, 2, 3, 4), np.float32), FORMS[0])
    assert in_form(whole, FORMS[1]) is whole


@pytest.mark.parametrize(
    ("placement", "form"),
    [
        (Placement(512), StateForm(F16, F16, False)),
        (Placement(512, attention="plain"), StateForm(F16, F16, True)),
        (Placement(512, cache_type_k="bf16", cache_type_v="bf16"), StateForm(BF16, BF16, False)),
        (Placement(512, cache_type_k="q8_0", cache_type_v="q8_0"), None),
        (Placement(512, devices=("CUDA0",)), None),
    ],
)
def test_the_form_is_known_where_the_processor_attends(placement: Placement, form: StateForm | None) -> None:
    assert form_of(placement) == form
