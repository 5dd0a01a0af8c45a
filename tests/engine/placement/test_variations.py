"""What is tried around a plan."""

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import (
    RAM,
    CachedLayer,
    Device,
    DeviceBytes,
    ExpertCache,
    Machine,
    Placement,
    PlacementOptions,
    Plan,
    Prediction,
)
from engine.placement.variations import Setting, Variation, answer_seconds, variations

GIB = 2**30
CARD = Device("CUDA0", "gpu", "", 12 * GIB, 12 * GIB, streams=True)
ALONE = Machine(Device(RAM, "cpu", "", 64 * GIB, 64 * GIB))
WITH_CARD = Machine(ALONE.ram, (CARD,))
SETTING = Setting(PlacementOptions(4096), 4)
PLAN = Plan(
    placement=Placement(4096, 512, ("CUDA0",), 99, load_mode="pinned"),
    mode="streamed_prompts",
    dense_layers={"CUDA0": (0, 1, 2)},
    expert_layers={"CUDA0": (0, 1), RAM: (2,)},
    partial=None,
    bytes={"CUDA0": DeviceBytes(8 * GIB, GIB), RAM: DeviceBytes(2 * GIB)},
    expert_bytes={"CUDA0": 4 * GIB, RAM: 2 * GIB},
    budgets={"CUDA0": 10 * GIB, RAM: 60 * GIB},
    fits=True,
    measured=True,
    paged=0,
    predicted=Prediction(1.0, (1.0, 1.0), 1.0, (1.0, 1.0)),
    explanation=ErrorInfo("unknown", {"detail": ""}),
)


def kinds(found: list[Variation]) -> set[str]:
    return {variation.kind for variation in found}


def test_without_a_device_only_what_the_cpu_does_is_varied() -> None:
    found = variations(None, ALONE, SETTING, cores=4, processors=8)
    assert kinds(found) == {"threads", "ubatch", "cache"}
    assert [variation.threads for variation in found if variation.kind == "threads"] == [3, 8]


def test_one_core_has_no_threads_to_vary() -> None:
    found = variations(None, ALONE, Setting(PlacementOptions(), 1), cores=1, processors=1)
    assert "threads" not in kinds(found)


def test_a_streaming_device_brings_modes_pinning_and_room_for_experts() -> None:
    found = variations(PLAN, WITH_CARD, SETTING, 4, 8)
    assert kinds(found) >= {"mode", "pinned", "fewer experts", "more experts"}
    assert {variation.mode for variation in found if variation.mode} == {"resident", "streamed"}
    budgets = {variation.kind: variation.budgets for variation in found if variation.budgets}
    assert budgets == {"fewer experts": {"CUDA0": 7 * GIB}, "more experts": {"CUDA0": 12 * GIB}}


def test_more_experts_are_tried_only_where_they_could_fit() -> None:
    full = Machine(ALONE.ram, (msgspec.structs.replace(CARD, free=11 * GIB),))
    assert "more experts" not in kinds(variations(PLAN, full, SETTING, 4, 8))


def test_a_cache_type_that_was_wished_for_is_left_alone() -> None:
    wished = Setting(PlacementOptions(4096, cache_type="f16"), 4)
    assert "cache" not in kinds(variations(PLAN, WITH_CARD, wished, 4, 8))


def test_a_variation_changes_its_own_value_and_no_other() -> None:
    setting = Setting(PlacementOptions(4096, budgets={"CUDA0": 1, RAM: 2}, fallbacks=("layer",)), 4)
    assert Variation("threads", threads=3).applied(setting) == Setting(setting.options, 3)
    assert Variation("ubatch", ubatch=1024).applied(setting).options.ubatch == 1024
    assert Variation("cache", cache_type="q8_0").applied(setting).options.cache_type == "q8_0"
    assert Variation("mode", mode="streamed").applied(setting).options.mode == "streamed"
    assert Variation("pinned", unpinned=True).applied(setting).options.fallbacks == ("layer", "unpinned")
    changed = Variation("more experts", budgets={"CUDA0": 9}).applied(setting)
    assert changed.options.budgets == {"CUDA0": 9, RAM: 2}
    assert changed.options.context == 4096 and changed.threads == 4


def test_an_answer_takes_the_time_of_its_prompt_and_its_tokens() -> None:
    assert answer_seconds(1000.0, 50.0) == 2.0 + 10.0


def test_where_experts_can_be_cached_both_ways_with_misses_are_tried() -> None:
    machine = msgspec.structs.replace(WITH_CARD, caches=True)
    found = [each for each in variations(PLAN, machine, SETTING, 4, 8) if each.mode == "cached"]
    assert [each.misses for each in found] == ["computed", "brought"]
    options = found[1].applied(SETTING).options
    assert (options.mode, options.misses) == ("cached", "brought")
    assert "cached" not in {each.mode for each in variations(PLAN, WITH_CARD, SETTING, 4, 8)}


def test_a_cached_plan_is_varied_to_whole_layers_and_in_what_becomes_of_misses() -> None:
    cache = ExpertCache("CUDA0", (CachedLayer(0, 4, GIB),), GIB)
    placement = msgspec.structs.replace(PLAN.placement, expert_cache=cache)
    experts = {"CUDA0": (), RAM: (0, 1, 2)}
    cached = msgspec.structs.replace(PLAN, placement=placement, mode="cached", expert_layers=experts)
    machine = msgspec.structs.replace(WITH_CARD, caches=True)
    found = variations(cached, machine, SETTING, 4, 8)
    assert {each.mode for each in found if each.mode} == {"resident", "streamed_prompts", "streamed"}
    assert [each.misses for each in found if each.misses] == ["brought"]
    worker = msgspec.structs.replace(machine, devices=(msgspec.structs.replace(CARD, streams=False),))
    found = variations(cached, worker, SETTING, 4, 8)
    assert {each.mode for each in found if each.mode} == {"resident"}
