"""Plans with a cache of single experts: who gets how many slots, within which bytes, and when it is chosen."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.gguf.tensor_index import Layer, TensorIndex
from engine.placement.plan import RAM, ExpertCache, Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.slots.expert_slots import TOKENS, slots_of, workspace_bytes
from tests.engine.placement.drawn_models import indexes, quick
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, MB, gpu, machine, small_index, worker

pytestmark = pytest.mark.long

CACHED = PlacementOptions(mode="cached", ubatch=512, whole_layers=0)
devices = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=3).map(
    lambda sizes: tuple(
        worker(size * GB, f"RPC{number}") if remote else gpu(size * GB, f"CUDA{number}")
        for number, (size, remote) in enumerate(sizes)
    )
)


def with_chunk_experts(index: TensorIndex) -> TensorIndex:
    """As GroveMoE has them: half as many, and each belongs to two of the others."""

    def more(layer: Layer) -> Layer:
        tensors = tuple(
            msgspec.structs.replace(
                tensor,
                name=tensor.name.replace("_exps", "_chexps"),
                shape=(*tensor.shape[:-1], index.experts // 2),
            )
            for tensor in layer.expert_tensors
        )
        return msgspec.structs.replace(layer, expert_tensors=(*layer.expert_tensors, *tensors))

    return msgspec.structs.replace(index, layers=tuple(map(more, index.layers)))


def without_names(index: TensorIndex) -> TensorIndex:
    """As the catalogue guesses a model: bytes, and no tensors."""
    layers = (msgspec.structs.replace(layer, expert_tensors=()) for layer in index.layers)
    return msgspec.structs.replace(index, layers=tuple(layers))


def cached(
    index: TensorIndex, host: Machine, options: PlacementOptions = CACHED
) -> tuple[Plan, ExpertCache] | None:
    """None where not even the least slots fit."""
    try:
        found = plan(index, msgspec.structs.replace(host, caches=True), options)
    except UserError as error:
        assert error.code == "cache.too_small"
        return None
    if not found.fits:
        return None
    assert found.mode == "cached" and found.placement.expert_cache is not None
    return found, found.placement.expert_cache


@given(indexes, st.integers(2, 400), devices)
@quick
def test_slots_and_workspace_stay_within_the_budget(index: TensorIndex, memory: int, cards) -> None:
    made = cached(index, machine(memory * GB, *cards))
    if made is None:
        return
    found, cache = made
    for device in cards:
        assert found.bytes[device.name].total <= found.budgets[device.name]
    assert found.bytes[RAM].total - found.paged <= found.budgets[RAM]
    assert cache.total <= found.bytes[cache.device].model + found.bytes[cache.device].compute
    assert found.expert_bytes[cache.device] == sum(layer.bytes for layer in cache.layers)
    assert sum(found.expert_bytes.values()) - found.expert_bytes[cache.device] == index.expert_bytes
    in_ram = set(found.expert_layers[RAM])
    assert {layer.layer for layer in cache.layers} <= in_ram
    assert not found.expert_layers[cache.device] and found.partial is None
    if len(cards) == 1:
        assert in_ram == {layer.number for layer in index.layers if layer.experts}
    assert cache.workspace == workspace_bytes(index, cache.tokens)


@given(indexes, st.integers(2, 60))
@quick
def test_each_layer_has_what_one_token_needs_and_no_more_than_all_experts(
    index: TensorIndex, size: int
) -> None:
    made = cached(index, machine(400 * GB, gpu(size * GB)))
    if made is None:
        return
    _, cache = made
    known = {slots.layer: slots for slots in slots_of(index)}
    served = [layer.layer for layer in cache.layers]
    assert [*served, *cache.without] == sorted(known)
    for layer in cache.layers:
        slots = known[layer.layer]
        assert slots.least <= layer.slots <= slots.experts
        assert layer.bytes == slots.bytes(layer.slots) >= layer.slots * slots.slot
    counts = [layer.slots for layer in cache.layers]
    assert counts == sorted(counts, reverse=True)
    if len(served) == len(known):
        assert counts[0] - counts[-1] <= 1 or counts[-1] < 2 * known[served[-1]].least


@given(indexes, st.integers(2, 60))
@quick
def test_one_more_slot_in_every_layer_would_not_fit(index: TensorIndex, size: int) -> None:
    made = cached(index, machine(400 * GB, gpu(size * GB)))
    if made is None:
        return
    found, cache = made
    known = slots_of(index)
    left = found.budgets[cache.device] - found.bytes[cache.device].total
    full = all(layer.slots == index.experts for layer in cache.layers) and len(cache.layers) == len(known)
    assert full or left < sum(slots.slot for slots in known) + sum(
        slots.once for slots in known[len(cache.layers) :]
    )


@given(indexes, st.integers(1, 60_000), st.integers(1, 60_000))
@quick
def test_more_vram_never_holds_fewer_slots(index: TensorIndex, one: int, other: int) -> None:
    host = machine(400 * GB, gpu(60 * GB))
    small, large = (
        cached(index, host, msgspec.structs.replace(CACHED, budgets={"CUDA0": size * MB}))
        for size in sorted((one, other))
    )
    if small is None:
        return
    assert large is not None
    counts = [sum(layer.slots for layer in cache.layers) for _, cache in (small, large)]
    assert counts[0] <= counts[1]


# --- when there is one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "host"),
    [
        (small_index(), machine(8 * GB, caches=True)),
        (small_index(experts=0), machine(8 * GB, gpu(2 * GB), caches=True)),
        (without_names(small_index()), machine(8 * GB, gpu(2 * GB), caches=True)),
        (small_index(used=0), machine(8 * GB, gpu(2 * GB), caches=True)),
    ],
    ids=["no device", "no experts", "no tensors", "no number of experts used"],
)
def test_a_cache_that_cannot_be_is_refused(index: TensorIndex, host: Machine) -> None:
    with pytest.raises(UserError, match=r"placement\.mode_impossible"):
        plan(index, host, CACHED)


def test_a_budget_below_the_least_slots_is_refused() -> None:
    host = machine(8 * GB, gpu(2 * GB), caches=True)
    with pytest.raises(UserError, match=r"cache\.too_small"):
        plan(small_index(), host, msgspec.structs.replace(CACHED, budgets={"CUDA0": 300 * MB}))


def test_without_the_library_the_model_is_planned_as_usual() -> None:
    host = machine(8 * GB, gpu(2 * GB))
    found = plan(small_index(), host, msgspec.structs.replace(CACHED, budgets={"CUDA0": 600 * MB}))
    usual = plan(small_index(), host, PlacementOptions(ubatch=512, budgets={"CUDA0": 600 * MB}))
    assert found == usual


@pytest.mark.parametrize("mode", ["cached", None])
def test_a_cache_that_was_conceded_stays_out(mode) -> None:
    host = machine(8 * GB, gpu(2 * GB), caches=True)
    options = PlacementOptions(mode=mode, fallbacks=("uncached",), budgets={"CUDA0": 600 * MB})
    found = plan(small_index(), host, options)
    assert found.placement.expert_cache is None and found.mode == "streamed_prompts"
    assert found.notices == ()


def test_a_worker_has_the_slots_only_where_there_is_no_card() -> None:
    index = published_index("Qwen3-30B-A3B")
    both = cached(index, machine(64 * GB, worker(30 * GB), gpu(12 * GB)))
    alone = cached(index, machine(64 * GB, worker(12 * GB)))
    assert both is not None and both[1].device == "CUDA0"
    assert alone is not None and alone[1].device == "RPC0"


def test_a_step_of_all_answers_at_once_uses_the_cache_however_many_were_wished_for() -> None:
    for streams, tokens in ((4, TOKENS), (TOKENS + 8, TOKENS + 8)):
        made = cached(
            small_index(), machine(64 * GB, gpu(4 * GB)), msgspec.structs.replace(CACHED, streams=streams)
        )
        assert made is not None and made[1].tokens == tokens


def test_conceded_layers_leave_fewer_slots_and_the_rest_where_it_was() -> None:
    index, host = published_index("Qwen3-30B-A3B"), machine(64 * GB, gpu(12 * GB))
    counts = []
    for times in range(4):
        made = cached(index, host, msgspec.structs.replace(CACHED, fallbacks=("layer",) * times))
        assert made is not None and not made[0].dense_layers[RAM]
        counts.append(sum(layer.slots for layer in made[1].layers))
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[3]


def test_slots_hold_weights_biases_and_scales_and_no_chunk_experts() -> None:
    index = small_index()
    assert slots_of(with_chunk_experts(index)) == slots_of(index)
    gpt_oss, gemma = (
        slots_of(published_index("gpt-oss-20b"))[0],
        slots_of(published_index("Gemma-4-26B-A4B"))[0],
    )
    names = {
        name: [tensor.name for tensor in published_index(name).layers[0].expert_tensors]
        for name in ("gpt-oss-20b", "Gemma-4-26B-A4B")
    }
    assert "blk.0.ffn_up_exps.bias" in names["gpt-oss-20b"]
    assert "blk.0.ffn_down_exps.scale" in names["Gemma-4-26B-A4B"]
    for slots, name in ((gpt_oss, "gpt-oss-20b"), (gemma, "Gemma-4-26B-A4B")):
        assert slots.slot * slots.experts == published_index(name).layers[0].expert_bytes


def test_rows_that_cuda_pads_take_what_it_adds() -> None:
    """2,880 elements of MXFP4 in a row, 17 bytes for 32 of them: 192 are missing to whole steps of 512."""
    gpt_oss = slots_of(published_index("gpt-oss-20b"))[0]
    assert gpt_oss.once == 6 * 512 + 3 * 192 // 32 * 17
    # 768 in a row of Q6_K down: 256 are missing. The others have 2,048.
    assert slots_of(published_index("Qwen3-30B-A3B"))[0].once == 3 * 512 + 210


def test_the_longest_context_leaves_every_layer_its_slots() -> None:
    index, host = published_index("Qwen3-30B-A3B"), machine(64 * GB, gpu(12 * GB))
    usual, longest = (
        cached(index, host, PlacementOptions(mode="cached", prefer=prefer, whole_layers=0))
        for prefer in ("speed", "context")
    )
    assert usual is not None and longest is not None
    assert usual[0].placement.context < longest[0].placement.context
    assert len(longest[1].layers) == len(usual[1].layers) == 48
    assert min(layer.slots for layer in longest[1].layers) >= 16


@given(indexes, st.integers(2, 60), st.integers(1, 60_000))
@quick
def test_neither_answers_at_once_nor_a_larger_ubatch_cost_the_cache(
    index: TensorIndex, size: int, budget: int
) -> None:
    host = machine(400 * GB, gpu(size * GB))
    options = PlacementOptions(mode="cached", budgets={"CUDA0": min(budget * MB, size * GB)})
    several = cached(index, host, options)
    alone = cached(index, host, msgspec.structs.replace(options, streams=1))
    fixed = cached(index, host, msgspec.structs.replace(options, streams=1, ubatch=512))
    assert (several is None) == (alone is None) == (fixed is None)
