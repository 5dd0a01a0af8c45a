"""When a process uses our own products, and what follows one that died with them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.gguf.reading import read_index
from engine.local.isolated_call import Report, ask
from engine.local.repack.failures import note_failure
from engine.local.survey import survey
from engine.placement.plan import Machine, PlacementOptions
from tests.support.models.moe import moe_model
from tests.support.placement.machines import GB, ram

pytestmark = pytest.mark.model

OPTIONS = PlacementOptions(512)


class Settled(msgspec.Struct, frozen=True, tag="settled"):
    """Whether they are used, and attention is ours, the options that remain, and how often it was told that something
    is tried."""

    is_used: bool
    attends: bool
    options: PlacementOptions
    told: int


def settle(_: Report, path: str, options: PlacementOptions, calibrations: str, is_wrong: bool) -> Settled:
    from engine.local import native
    from engine.local.native.layouts import proof
    from engine.local.repack.choice import build, for_model, settle_products

    if calibrations:
        note_failure(calibrations, Path(path), build())
    if is_wrong:
        proof._AS_CLOSE = 0.0
    told: list[None] = []
    index = read_index(Path(path))
    options = for_model(index, Machine(ram(GB)), options, calibrations)[1]
    settle_products(index, options, lambda: told.append(None))
    return Settled(native.are_products_used(), native.is_attention_ours(), options, len(told))


@pytest.fixture(scope="module")
def model() -> str:
    if survey().products != "used":
        pytest.skip("this processor has no products of ours, or set-up did not build them")
    return str(moe_model())


def settled(
    model: str,
    options: PlacementOptions = OPTIONS,
    calibrations: str = "",
    is_wrong: bool = False,
) -> Settled:
    return ask(settle, (model, options, calibrations, is_wrong), Settled)


def test_they_are_tried_and_used(model: str) -> None:
    found = settled(model)
    assert found.is_used and found.attends and found.told == 1


def test_wrong_ones_are_not_used(model: str) -> None:
    found = settled(model, is_wrong=True)
    assert not found.is_used and found.attends


def test_a_model_that_a_process_died_with_does_without(model: str, tmp_path: Path) -> None:
    found = settled(model, calibrations=str(tmp_path))
    assert not found.is_used and not found.attends and found.told == 0
    assert found.options == OPTIONS.plainly_computed()
    assert not settled(model, OPTIONS.plainly_computed()).is_used
    assert settled(model, OPTIONS.without_repack()).is_used
