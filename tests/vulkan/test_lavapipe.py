"""The 8-expert model on a real device of ggml: plans, loading as planned, and the experts of prompts streamed."""

from __future__ import annotations

import msgspec
import pytest

from engine.api import Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.local.planning import plan_model
from engine.local.survey import survey
from engine.placement.plan import RAM, Mode, PlacementOptions, PlannedModel
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.moe import moe_model
from tests.support.placement.placed import weigh

DEVICE = "Vulkan0"
CONTEXT = 1024
# Long enough for the library to copy experts instead of computing them in RAM (32 tokens).
QUESTION = "Tell me what you know about the sea, its tides and its colours. " * 3


def planned(mebibytes: int, mode: Mode | None = None) -> PlannedModel:
    options = PlacementOptions(CONTEXT, budgets={DEVICE: mebibytes * 2**20}, ubatch=512, mode=mode)
    return plan_model(str(moe_model()), options)


def answer(options: PlacementOptions) -> tuple[str, Loaded]:
    told = Recorder()
    engine = LocalEngine(told)
    try:
        engine.load(LoadRequest(str(moe_model()), options))
        loaded = told.next(Loaded)
        text, finished = told.answer(engine, ask(1, QUESTION, max_tokens=8))
        assert finished.error is None
        return text, loaded
    finally:
        engine.close()


def test_the_device_is_one_that_experts_can_be_streamed_to() -> None:
    devices = {device.name: device for device in survey().devices}
    assert devices[DEVICE].kind == "gpu" and devices[DEVICE].streams and devices[DEVICE].free
    assert not devices[RAM].streams


@pytest.mark.parametrize("mebibytes", [150, 250, 350, 2000])
def test_a_plan_stays_within_its_budget_and_loading_takes_what_it_says(mebibytes: int) -> None:
    plan = planned(mebibytes).plan
    assert plan.fits and plan.measured
    assert plan.bytes[DEVICE].total <= mebibytes * 2**20
    weighed = weigh(moe_model(), plan.placement)
    assert weighed.loaded[DEVICE] == plan.bytes[DEVICE]
    assert not weighed.weights.misplaced
    assert weighed.weights.expert_bytes.get(DEVICE, 0) == plan.expert_bytes[DEVICE]


def test_experts_that_do_not_fit_are_streamed_for_prompts_and_a_larger_budget_holds_more_layers() -> None:
    plans = [planned(mebibytes).plan for mebibytes in (250, 350, 2000)]
    assert [plan.mode for plan in plans] == ["streamed_prompts", "streamed_prompts", "resident"]
    held = [len(plan.expert_layers[DEVICE]) for plan in plans]
    assert 0 <= held[0] < held[1] < held[2] == 30
    assert plans[1].placement.op_offload and plans[1].placement.load_mode in ("mapped", "pinned")


@pytest.mark.parametrize("mode", ["layers", "resident", "streamed_prompts", "streamed", "cached"])
def test_every_mode_answers_as_the_processor_alone(mode: Mode) -> None:
    alone, _ = answer(PlacementOptions(CONTEXT, mode="cpu"))
    said, loaded = answer(PlacementOptions(CONTEXT, budgets={DEVICE: 350 * 2**20}, mode=mode))
    facts = loaded.model
    assert facts.plan is not None and facts.weights is not None
    assert facts.plan.mode == mode
    assert not facts.weights.misplaced, msgspec.json.encode(facts.weights)
    assert said == alone
