"""A mixture with fewer experts for each token, over the real engine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local.measure.fewer_experts import compare_experts
from engine.local.planning import plan_model
from engine.local.prompt_cache.cache_key import cache_key
from engine.placement.plan import PlacementOptions
from tests.support.models.expert_models import expert_model
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model


def mixture() -> Path:
    return expert_model("qwen", "F16")


@pytest.mark.model
@pytest.mark.long
def test_equal_experts_say_nearly_the_same_whatever_their_number() -> None:
    own, fewer = compare_experts(
        str(moe_model()), PlacementOptions(512), (1,), threads=1, prompt_tokens=8, answer_tokens=8
    )
    assert (own.experts_used, fewer.experts_used) == (0, 1)
    # Sums come out a little different, which turns a tie in a word or two.
    assert own.text and fewer.text and own.same is not None and fewer.same is not None
    assert 0.7 <= own.same <= 1 and 0.5 <= fewer.same <= 1
    assert own.decode_tps > 0 and fewer.decode_tps > 0 and fewer.prefill_tps > 0


@pytest.mark.model
@pytest.mark.long
def test_a_plan_with_fewer_is_exact_and_keeps_its_states_apart() -> None:
    path = mixture()
    own = tensor_index(read_index(path)).experts_used
    usual, fewer = (
        plan_model(str(path), PlacementOptions(512, experts_used=number)) for number in (0, own - 1)
    )
    assert fewer.plan.measured and fewer.experts_used == own - 1 == fewer.own_experts - 1
    assert fewer.plan.bytes.keys() == usual.plan.bytes.keys()
    assert cache_key(str(path), fewer.plan.placement) != cache_key(str(path), usual.plan.placement)


@pytest.mark.model
@pytest.mark.parametrize(
    ("model", "number", "code"),
    [(starter_model, 1, "experts.not_a_mixture"), (mixture, 99, "experts.bad_number")],
)
def test_what_cannot_be_chosen_is_told(model: Callable[[], Path], number: int, code: str) -> None:
    with pytest.raises(UserError) as told:
        plan_model(str(model()), PlacementOptions(512, experts_used=number))
    assert told.value.code == code
