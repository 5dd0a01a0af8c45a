"""Whole layers beside a cache of single experts: how many, on which device, and what becomes of the others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ErrorInfo
from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import RAM, LayerCosts, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.slots.expert_slots import slots_of
from tests.engine.placement.drawn_models import mixtures
from tests.engine.placement.test_cached import cached, quick
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, gpu, machine, measured

MIXED = PlacementOptions(mode="cached", ubatch=512)


def with_whole(index: TensorIndex, size: int, count: int | None, ram: float = 60e9) -> Plan | None:
    host = measured(machine(400 * GB, gpu(size * GB)), ram)
    made = cached(index, host, msgspec.structs.replace(MIXED, whole_layers=count))
    return made[0] if made else None


@given(mixtures, st.integers(4, 60), st.integers(0, 20))
@quick
def test_early_layers_are_whole_and_all_others_share_the_rest(
    index: TensorIndex, size: int, count: int
) -> None:
    found = with_whole(index, size, count)
    if found is None:
        return
    cache = found.placement.expert_cache
    assert cache is not None and found.partial is None
    every = [layer.number for layer in index.layers if layer.experts]
    whole = found.expert_layers["CUDA0"]
    assert whole == tuple(every[: len(whole)]) and len(whole) <= count
    assert found.expert_layers[RAM] == tuple(every[len(whole) :])
    known = [slots.layer for slots in slots_of(index) if slots.layer not in whole]
    served = [layer.layer for layer in cache.layers]
    assert served == known[: len(served)]
    held = sum(layer.expert_bytes for layer in index.layers if layer.number in whole)
    assert found.expert_bytes["CUDA0"] == held + sum(layer.bytes for layer in cache.layers)
    assert found.bytes["CUDA0"].total <= found.budgets["CUDA0"]


@pytest.mark.parametrize(
    ("name", "size", "ram"),
    [
        ("Qwen3-30B-A3B", 12, 34e9),
        ("Qwen3-30B-A3B", 12, 60e9),
        ("gpt-oss-20b", 8, 60e9),
        ("GLM-4.5-Air", 24, 60e9),
    ],
)
def test_no_other_number_of_whole_layers_is_clearly_faster(name: str, size: int, ram: float) -> None:
    index = published_index(name)
    chosen = with_whole(index, size, None, ram)
    assert chosen is not None
    for count in range(len(index.layers)):
        other = with_whole(index, size, count, ram)
        if other is not None and len(other.expert_layers["CUDA0"]) == count:
            assert other.predicted.decode_tps < 1.03 * chosen.predicted.decode_tps


def test_whole_layers_pay_where_the_card_holds_many_and_not_where_it_holds_few() -> None:
    many, few = (
        with_whole(published_index(name), size, None)
        for name, size in (("Qwen3-30B-A3B", 16), ("gpt-oss-120b", 12))
    )
    assert many is not None and few is not None
    assert len(many.expert_layers["CUDA0"]) > 10 and not few.expert_layers["CUDA0"]
    assert many.explanation.code == "plan.mixed" and few.explanation.code == "plan.cached"
    assert many.explanation.params["whole"] == len(many.expert_layers["CUDA0"])


def test_a_second_card_holds_as_many_whole_layers_as_fit() -> None:
    index = published_index("GLM-4.5-Air")
    host = measured(machine(200 * GB, gpu(24 * GB), gpu(16 * GB, "CUDA1")))
    made = cached(index, host)
    assert made is not None
    found, cache = made
    other = next(name for name in ("CUDA0", "CUDA1") if name != cache.device)
    assert found.expert_layers[other] and found.bytes[other].total <= found.budgets[other]
    layer = max(layer.expert_bytes for layer in index.layers)
    assert len(found.expert_layers[other]) == len(found.dense_layers[other]) or (
        found.budgets[other] - found.bytes[other].total < layer + GB
    )


def test_where_all_fits_whole_the_cache_that_was_asked_for_still_has_a_layer() -> None:
    found = with_whole(published_index("gpt-oss-20b"), 60, 99)
    assert found is not None and found.placement.expert_cache is not None
    assert found.mode == "cached" and found.expert_layers[RAM]


def test_loads_that_failed_give_up_whole_layers_and_then_slots() -> None:
    index, host = published_index("Qwen3-30B-A3B"), measured(machine(64 * GB, gpu(12 * GB)))
    options = msgspec.structs.replace(MIXED, whole_layers=2)
    whole, taken = [], []
    for times in range(4):
        made = cached(index, host, msgspec.structs.replace(options, fallbacks=("layer",) * times))
        assert made is not None
        whole.append(len(made[0].expert_layers["CUDA0"]))
        taken.append(made[0].bytes["CUDA0"].total)
    assert whole == [2, 1, 0, 0]
    layer = min(layer.expert_bytes for layer in index.layers)
    assert all(before - after > 0.9 * layer for before, after in pairwise(taken))


def test_what_is_chosen_without_being_asked_is_never_slower_than_whole_layers() -> None:
    for name in ("Qwen3-30B-A3B", "gpt-oss-20b", "gpt-oss-120b", "GLM-4.5-Air", "DeepSeek-R1"):
        for size, ram in ((8, 34e9), (12, 60e9), (16, 60e9), (24, 90e9)):
            host = measured(machine(512 * GB, gpu(size * GB), caches=True), ram)
            whole = msgspec.structs.replace(host, caches=False)
            found, usual = (plan(published_index(name), each, PlacementOptions()) for each in (host, whole))
            assert found.predicted.decode_tps >= usual.predicted.decode_tps


@pytest.mark.parametrize(
    ("name", "size", "ram", "whole"),
    [
        ("Qwen3-30B-A3B", 12, 34e9, range(5, 13)),
        ("Qwen3-30B-A3B", 12, 60e9, range(8, 17)),
        ("gpt-oss-120b", 12, 34e9, range(1)),
        ("gpt-oss-120b", 24, 34e9, range(1)),
        ("GLM-4.5-Air", 24, 60e9, range(1)),
    ],
)
def test_hand_overs_of_200_microseconds_give_whole_layers_to_those_who_read_little(
    name: str, size: int, ram: float, whole: range
) -> None:
    """As by a sum over layers of what each reads where: with small experts in fast RAM the hand-overs weigh more than
    what slots save, with large ones never. A mixture is at least as fast as slots for all, and that faster than whole
    layers."""
    card = gpu(size * GB, costs=LayerCosts(100e-6, 200e-6))
    host = measured(machine(512 * GB, card, caches=True), ram)
    fit = plan(published_index(name), msgspec.structs.replace(host, caches=False), PlacementOptions())
    every, best = (
        plan(published_index(name), host, PlacementOptions(mode="cached", whole_layers=count))
        for count in (0, None)
    )
    assert fit.predicted.decode_tps < every.predicted.decode_tps <= 1.005 * best.predicted.decode_tps
    assert len(best.expert_layers["CUDA0"]) in whole
    assert plan(published_index(name), host, PlacementOptions()).mode == "cached"


def test_seven_slots_of_256_experts_are_none() -> None:
    card = gpu(24 * GB, costs=LayerCosts(100e-6, 200e-6))
    host = measured(machine(512 * GB, card, caches=True), 60e9)
    assert plan(published_index("DeepSeek-R1"), host, PlacementOptions()).mode == "streamed_prompts"


# --- keys and values -------------------------------------------------------------------------------------


def long_context(**options: Any) -> tuple[Plan, list[ErrorInfo]]:
    """Qwen3-30B-A3B with 32k tokens, whose keys and values take 3.2 GB in half precision."""
    host = measured(machine(64 * GB, gpu(12 * GB)))
    made = cached(published_index("Qwen3-30B-A3B"), host, PlacementOptions(32768, mode="cached", **options))
    assert made is not None
    return made[0], list(made[0].notices)


def test_a_long_context_is_rounded_for_more_slots_and_that_is_told() -> None:
    found, notices = long_context()
    kept, kept_notices = long_context(cache_type="f16")
    assert (found.placement.cache_type_k, kept.placement.cache_type_k) == ("q8_0", "f16")
    assert found.predicted.decode_tps > 1.05 * kept.predicted.decode_tps
    (told,) = [notice for notice in notices if notice.code == "plan.cache_for_slots"]
    slots = told.params["slots"]
    assert isinstance(slots, int) and 8 <= slots <= 16
    assert "plan.cache_for_slots" not in [notice.code for notice in kept_notices]


def test_it_is_kept_where_it_is_short_where_attention_is_plain_and_where_its_type_was_asked_for() -> None:
    index, host = published_index("Qwen3-30B-A3B"), measured(machine(64 * GB, gpu(12 * GB)))
    short = cached(index, host, PlacementOptions(4096, mode="cached"))
    assert short is not None and short[0].placement.cache_type_k == "f16"
    assert long_context(attention="plain")[0].placement.cache_type_k == "f16"
    asked, notices = long_context(cache_type="q8_0")
    assert asked.placement.cache_type_k == "q8_0" and notices == []
