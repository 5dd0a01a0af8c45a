"""Fewer experts for each token: what may be chosen, and what it changes in a plan."""

from __future__ import annotations

import msgspec
import pytest

from engine.errors import UserError
from engine.gguf.tensor_index import TensorIndex
from engine.placement.fewer_experts import (
    numbers_to_try,
    own_experts,
    with_experts_used,
    without_unfit_experts,
)
from engine.placement.plan import PlacementOptions
from engine.placement.planned_file import described
from engine.placement.planner import plan
from tests.support.placement.machines import GB, MB, gpu, machine, small_index

HOST = machine(8 * GB)
MIXTURE = small_index(count=8, used=4)
DENSE = small_index(experts=0)
ONE = small_index(count=8, used=1)
BY_LAYER = msgspec.structs.replace(MIXTURE, experts_alike=False)


@pytest.mark.parametrize("index", [DENSE, ONE, BY_LAYER])
def test_a_model_without_a_lower_number_has_no_such_choice(index: TensorIndex) -> None:
    assert own_experts(index) == 0
    with pytest.raises(UserError, match=r"experts\.not_a_mixture"):
        with_experts_used(index, 3)
    assert without_unfit_experts(PlacementOptions(experts_used=3), index) == PlacementOptions()


@pytest.mark.parametrize("wanted", [-1, 5, 8, 1000])
def test_only_numbers_below_the_models_own_can_be_chosen(wanted: int) -> None:
    with pytest.raises(UserError) as told:
        with_experts_used(MIXTURE, wanted)
    assert told.value.code == "experts.bad_number" and told.value.params == {"value": wanted, "most": 4}


@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_a_token_reads_and_computes_less_and_the_file_is_as_large(wanted: int) -> None:
    fewer = with_experts_used(MIXTURE, wanted)
    assert fewer.bytes == MIXTURE.bytes and fewer.expert_bytes == MIXTURE.expert_bytes
    assert fewer.active_bytes_per_token < MIXTURE.active_bytes_per_token
    assert fewer.active_parameters < MIXTURE.active_parameters
    assert {layer.experts_used for layer in fewer.layers} == {wanted}


def test_its_own_number_is_no_change() -> None:
    assert with_experts_used(MIXTURE, 0) is with_experts_used(MIXTURE, 4) is MIXTURE
    assert plan(MIXTURE, HOST, PlacementOptions()).placement.kv_overrides == ()


def test_a_plan_is_faster_says_so_and_tells_llama_cpp() -> None:
    usual, fewer = (plan(MIXTURE, HOST, PlacementOptions(experts_used=number)) for number in (0, 2))
    assert fewer.predicted.decode_tps > usual.predicted.decode_tps
    assert fewer.placement.kv_overrides == ((f"{MIXTURE.architecture}.expert_used_count", 2),)
    (notice,) = (each for each in fewer.notices if each.code == "plan.fewer_experts")
    assert notice.params == {"used": 2, "own": 4}
    shown = described("a.gguf", MIXTURE, HOST, fewer, 2)
    assert (shown.experts_used, shown.own_experts) == (2, 4)


def test_a_cache_of_experts_serves_more_of_the_fewer_that_are_used() -> None:
    cards = machine(8 * GB, gpu(1200 * MB), caches=True)
    usual, fewer = (
        plan(MIXTURE, cards, PlacementOptions(mode="cached", experts_used=number)) for number in (0, 1)
    )
    assert usual.placement.expert_cache and fewer.placement.expert_cache
    assert fewer.predicted.decode_tps > usual.predicted.decode_tps


def test_three_quarters_half_and_a_quarter_are_tried() -> None:
    assert numbers_to_try(8) == (6, 4, 2)
    assert numbers_to_try(2) == (1,)
    assert numbers_to_try(3) == (2, 1)
    assert numbers_to_try(1) == numbers_to_try(0) == ()
