"""The planner as a pure function: what holds for every model, machine and budget."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.gguf.tensor_index import TensorIndex
from engine.placement.assignment import layer_devices
from engine.placement.choosing import MOST_FOR_SEQUENCES, SEQUENCES
from engine.placement.plan import MOST_DRAFTED, RAM, Device, Machine, Placement, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.variations import answer_seconds
from tests.support.models.published_models import PUBLISHED, published_index
from tests.support.placement.machines import GB, MB, gpu, machine, ram, small_index, worker

FIXED = PlacementOptions(ubatch=512)
published = st.sampled_from(sorted(PUBLISHED)).map(published_index)
generated = st.builds(
    small_index,
    layers=st.integers(1, 24),
    dense=st.integers(1, 60).map(lambda size: size * MB),
    experts=st.sampled_from((0, 9 * MB, 90 * MB, 600 * MB)),
    leading_dense=st.integers(0, 3),
    mtp_layers=st.integers(0, 1),
    tied=st.booleans(),
    fused=st.booleans(),
)
indexes = st.one_of(published, generated)
devices = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=0, max_size=3).map(
    lambda sizes: tuple(
        worker(size * GB, f"RPC{number}") if remote else gpu(size * GB, f"CUDA{number}")
        for number, (size, remote) in enumerate(sizes)
    )
)
machines = st.builds(Machine, st.integers(2, 400).map(lambda size: ram(size * GB)), devices)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def tensor_names(index: TensorIndex) -> list[tuple[int, str, str]]:
    """Layer, kind and name of each stack of experts, biases included."""
    return [
        (layer.number, kind, f"blk.{layer.number}.ffn_{kind}_exps.{end}")
        for layer in index.layers
        for kind in layer.experts
        for end in ("weight", "bias")
    ]


def home_of_experts(
    placement: Placement, devices: Iterable[str], index: TensorIndex
) -> dict[str, set[tuple[int, str]]]:
    """Where llama.cpp puts each kind of expert: the layer's device unless a pattern, the first that matches,
    says otherwise."""
    homes = layer_devices(len(index.layers) + index.mtp_layers, placement.gpu_layers, placement.split)
    where: dict[str, set[tuple[int, str]]] = {name: set() for name in devices}
    for layer, kind, name in tensor_names(index):
        number = homes[layer]
        device = RAM if number is None else placement.devices[number]
        for override in placement.overrides:
            if re.search(override.pattern, name):
                device = override.device
                break
        where[device].add((layer, kind))
    return where


@given(indexes, machines)
@quick
def test_bytes_stay_within_budgets(index: TensorIndex, host: Machine) -> None:
    found = plan(index, host, PlacementOptions())
    for device in host.devices:
        assert found.bytes[device.name].total <= found.budgets[device.name]
    if found.fits:
        assert found.bytes[RAM].total - found.paged <= found.budgets[RAM]
        assert found.refusal is None
    else:
        assert found.refusal is not None


@given(indexes, machines)
@quick
def test_every_layer_lies_in_one_place_and_where_llama_cpp_puts_it(index: TensorIndex, host: Machine) -> None:
    found = plan(index, host, PlacementOptions())
    every = [layer.number for layer in index.layers]
    assert sorted(sum(found.dense_layers.values(), ())) == every
    with_experts = [layer.number for layer in index.layers if layer.experts]
    assert sorted(sum(found.expert_layers.values(), ())) == with_experts
    placement = found.placement
    homes = layer_devices(len(every) + index.mtp_layers, placement.gpu_layers, placement.split)
    for name, layers in found.dense_layers.items():
        number = placement.devices.index(name) if name in placement.devices else None
        assert all(homes[layer] == number for layer in layers)


@given(indexes, machines)
@quick
def test_the_patterns_place_exactly_the_expert_layers(index: TensorIndex, host: Machine) -> None:
    found = plan(index, host, PlacementOptions())
    where = home_of_experts(found.placement, found.budgets, index)
    kinds = {layer.number: layer.experts for layer in index.layers}
    for name, layers in found.expert_layers.items():
        wanted = {(layer, kind) for layer in layers for kind in kinds[layer]}
        if found.partial:
            part = {(found.partial.layer, kind) for kind in found.partial.kinds}
            wanted = (
                wanted - part if name == RAM else wanted | part if name == found.partial.device else wanted
            )
        assert where[name] == wanted
    assert len(found.placement.overrides) <= 2
    assert found.expert_bytes == {
        name: sum(kinds[layer][kind] for layer, kind in held) for name, held in where.items()
    }


@given(indexes, machines)
@quick
def test_dense_weights_come_first_and_experts_of_early_layers_next(index: TensorIndex, host: Machine) -> None:
    found = plan(index, host, PlacementOptions())
    if found.dense_layers[RAM]:
        assert not any(found.expert_layers[device.name] for device in host.devices)
        assert found.dense_layers[RAM] == tuple(range(len(found.dense_layers[RAM])))
    for device in host.devices:
        own = [layer for layer in found.dense_layers[device.name] if index.layers[layer].experts]
        held = found.expert_layers[device.name]
        assert held == tuple(own[: len(held)])


@given(indexes, machines)
@quick
def test_one_more_layer_of_experts_would_not_fit(index: TensorIndex, host: Machine) -> None:
    found = plan(index, host, FIXED)
    for device in host.devices:
        left = found.budgets[device.name] - found.bytes[device.name].total
        own = [
            layer
            for layer in found.dense_layers[device.name]
            if index.layers[layer].experts and layer not in found.expert_layers[device.name]
        ]
        if own and not found.dense_layers[RAM]:
            partial = found.partial
            held = (
                sum(index.layers[own[0]].experts[kind] for kind in partial.kinds)
                if partial and partial.device == device.name
                else 0
            )
            assert index.layers[own[0]].expert_bytes - held > left


@given(indexes, st.integers(1, 60), st.integers(1, 60), st.integers(8, 300))
@quick
def test_more_vram_never_holds_fewer_experts_nor_decodes_slower(
    index: TensorIndex, one: int, other: int, memory: int
) -> None:
    small, large = (plan(index, machine(memory * GB, gpu(size * GB)), FIXED) for size in sorted((one, other)))
    assert len(large.expert_layers["CUDA0"]) >= len(small.expert_layers["CUDA0"])
    assert len(large.dense_layers["CUDA0"]) >= len(small.dense_layers["CUDA0"])
    assert large.predicted.decode_tps >= 0.999 * small.predicted.decode_tps


@given(indexes, machines)
@settings(max_examples=25, deadline=None)
def test_the_same_question_has_the_same_answer(index: TensorIndex, host: Machine) -> None:
    assert plan(index, host, PlacementOptions()) == plan(index, host, PlacementOptions())


def test_a_plan_crosses_a_pipe() -> None:
    found = plan(small_index(), machine(4 * GB, gpu(2 * GB)), PlacementOptions())
    assert msgspec.json.decode(msgspec.json.encode(found), type=Plan) == found


def test_patterns_match_experts_of_every_kind_and_nothing_shared() -> None:
    found = plan(small_index(), machine(4 * GB, gpu(GB)), PlacementOptions(budgets={"CUDA0": 500 * MB}))
    whole = found.placement.overrides[-1].pattern
    layer = found.expert_layers[RAM][-1]
    assert re.search(whole, f"blk.{layer}.ffn_gate_up_exps.weight")
    assert re.search(whole, f"blk.{layer}.ffn_down_chexps.weight")
    assert not re.search(whole, f"blk.{layer}.ffn_down_shexp.weight")
    assert not re.search(whole, f"blk.1{layer}.ffn_down_exps.weight")


# --- wishes ----------------------------------------------------------------------------------------------


def test_a_budget_is_exact_and_cut_to_what_is_free() -> None:
    host = machine(8 * GB, gpu(2 * GB))
    assert (
        plan(small_index(), host, PlacementOptions(budgets={"CUDA0": 700 * MB})).budgets["CUDA0"] == 700 * MB
    )
    cut = plan(small_index(), host, PlacementOptions(budgets={"CUDA0": 3 * GB}))
    assert cut.budgets["CUDA0"] == 2 * GB
    assert [notice.code for notice in cut.notices] == ["plan.budget_cut"]


def test_a_budget_of_nothing_leaves_a_device_unused() -> None:
    found = plan(small_index(), machine(8 * GB, gpu(2 * GB)), PlacementOptions(budgets={"CUDA0": 0}))
    assert found.mode == "cpu" and found.placement.devices == () and found.placement.gpu_layers == 0


def test_a_budget_too_small_for_anything_is_told() -> None:
    found = plan(small_index(), machine(8 * GB, gpu(2 * GB)), PlacementOptions(budgets={"CUDA0": MB}))
    assert found.mode == "cpu" and "plan.device_unused" in [notice.code for notice in found.notices]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (PlacementOptions(budgets={"CUDA0": -1}), "placement.negative_budget"),
        (PlacementOptions(budgets={"CUDA7": 1}), "placement.unknown_device"),
        (PlacementOptions(context=40_000), "engine.context_too_long"),
        (PlacementOptions(context=-1), "placement.bad_number"),
        (PlacementOptions(ubatch=-1), "placement.bad_number"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(options: PlacementOptions, code: str) -> None:
    with pytest.raises(UserError) as refused:
        plan(small_index(), machine(8 * GB, gpu(2 * GB)), options)
    assert refused.value.code == code


def test_two_devices_of_one_name_are_refused() -> None:
    with pytest.raises(UserError) as refused:
        plan(small_index(), machine(8 * GB, gpu(GB), gpu(GB)), PlacementOptions())
    assert (refused.value.code, refused.value.params) == ("placement.two_devices", {"name": "CUDA0"})


@pytest.mark.parametrize(
    ("host", "index", "mode"),
    [
        (machine(8 * GB), small_index(), "resident"),
        (machine(8 * GB), small_index(), "layers"),
        (machine(8 * GB, worker(2 * GB)), small_index(), "streamed"),
        (machine(8 * GB, worker(2 * GB)), small_index(), "streamed_prompts"),
        (machine(8 * GB, gpu(2 * GB)), small_index(experts=0), "resident"),
    ],
)
def test_a_mode_that_the_machine_or_the_model_lacks_is_refused(host, index, mode) -> None:
    with pytest.raises(UserError) as refused:
        plan(index, host, PlacementOptions(mode=mode))
    assert refused.value.code == "placement.mode_impossible"


def test_modes_can_be_forced() -> None:
    host, index = machine(8 * GB, gpu(2 * GB)), small_index()
    budget = {"CUDA0": 600 * MB}
    forced = {
        mode: plan(index, host, PlacementOptions(mode=mode, budgets=budget))
        for mode in ("cpu", "layers", "resident", "streamed_prompts", "streamed")
    }
    assert {mode: found.mode for mode, found in forced.items()} == {mode: mode for mode in forced}
    assert forced["cpu"].placement.devices == ()
    layers = forced["layers"]
    assert layers.placement.overrides == () and layers.expert_layers == layers.dense_layers
    assert layers.dense_layers["CUDA0"][-1] == 7
    assert not forced["resident"].placement.op_offload
    assert forced["streamed_prompts"].placement.op_offload
    assert forced["streamed_prompts"].placement.min_batch == 0
    assert forced["streamed"].placement.min_batch == 1


def test_streaming_every_token_is_chosen_where_the_link_beats_ram() -> None:
    slow_ram = Device(RAM, "cpu", "", 64 * GB, 64 * GB, bandwidth=8e9)
    host = Machine(slow_ram, (gpu(4 * GB, bandwidth=300e9, link=50e9),))
    index = small_index(layers=8, experts=3 * GB, count=8, used=4)
    found = plan(index, host, PlacementOptions())
    assert found.mode == "streamed" and "plan.streamed_unconfirmed" in [n.code for n in found.notices]
    usual = plan(index, machine(64 * GB, gpu(4 * GB)), PlacementOptions())
    assert usual.mode == "streamed_prompts"


def test_pinned_memory_is_asked_for_only_to_stream_and_where_ram_is_plentiful() -> None:
    index, budget = small_index(), {"CUDA0": 500 * MB}
    plenty = plan(index, machine(8 * GB, gpu(2 * GB)), PlacementOptions(budgets=budget))
    assert plenty.placement.load_mode == "pinned"
    tight = plan(index, machine(8 * GB, gpu(2 * GB)), PlacementOptions(budgets={**budget, RAM: 600 * MB}))
    assert tight.placement.load_mode == "mapped"
    assert plan(index, machine(8 * GB), PlacementOptions()).placement.load_mode == "mapped"
    remote = plan(index, machine(8 * GB, worker(2 * GB)), PlacementOptions(budgets={"RPC0": 500 * MB}))
    assert (remote.mode, remote.placement.load_mode, remote.placement.op_offload) == (
        "resident",
        "mapped",
        False,
    )


def test_context_first_takes_the_longest_context_that_keeps_the_rest_in_place() -> None:
    index = small_index()
    host = machine(8 * GB, gpu(2 * GB))
    usual = plan(index, host, PlacementOptions(budgets={"CUDA0": 500 * MB}))
    longest = plan(index, host, PlacementOptions(budgets={"CUDA0": 500 * MB}, prefer="context"))
    assert usual.placement.context == 8192 < longest.placement.context
    assert not longest.dense_layers[RAM] and longest.fits
    plenty = plan(index, host, PlacementOptions(prefer="context"))
    assert (plenty.placement.context, plenty.placement.cache_type_k) == (32768, "f16")


def test_a_wished_context_that_fits_only_with_a_smaller_cache_gets_one() -> None:
    index = small_index(experts=0)
    tight = {RAM: index.bytes + 130 * MB}
    found = plan(index, machine(8 * GB), PlacementOptions(context=8192, budgets=tight))
    assert found.fits and found.placement.cache_type_k == "q8_0"
    assert [notice.code for notice in found.notices] == ["plan.smaller_cache"]
    assert not plan(
        index, machine(8 * GB), PlacementOptions(context=8192, budgets=tight, cache_type="f16")
    ).fits


def test_a_larger_ubatch_is_taken_where_prompts_are_streamed() -> None:
    index = published_index("gpt-oss-120b")
    assert plan(index, machine(96 * GB, gpu(16 * GB)), PlacementOptions()).placement.ubatch > 512
    assert plan(index, machine(96 * GB, worker(16 * GB)), PlacementOptions()).placement.ubatch == 512
    assert plan(index, machine(96 * GB, gpu(16 * GB)), PlacementOptions(ubatch=256)).placement.ubatch == 256


# --- answers at once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("streams", [1, 4, 8, 31])
def test_numbers_of_rows_to_draw_from_fill_whole_cache_lines(streams: int) -> None:
    made = plan(published_index("Qwen3-30B-A3B"), machine(64 * GB), PlacementOptions(streams=streams))
    outputs = made.placement.outputs
    assert streams + MOST_DRAFTED <= outputs < streams + MOST_DRAFTED + 16
    assert 4 * outputs % 64 == 0


def test_eight_answers_at_once_cost_nothing_where_all_layers_see_everything() -> None:
    index = published_index("Qwen3-30B-A3B")
    host = machine(64 * GB, gpu(12 * GB))
    several, alone = plan(index, host, PlacementOptions()), plan(index, host, PlacementOptions(streams=1))
    assert several.placement.sequences == 8
    assert alone.placement.sequences == 1
    assert several.placement.outputs >= 8 + MOST_DRAFTED
    assert several.placement.outputs == alone.placement.outputs
    assert several.expert_layers == alone.expert_layers
    assert several.bytes["CUDA0"].context == alone.bytes["CUDA0"].context


@pytest.mark.parametrize(("name", "each"), [("Qwen3.5-35B-A3B", 65.86e6), ("Gemma-4-26B-A4B", 209.7e6)])
def test_each_answer_more_takes_a_state_or_a_window(name: str, each: float) -> None:
    def context(streams: int) -> int:
        options = PlacementOptions(streams=streams, ubatch=512)
        found = plan(published_index(name), machine(64 * GB), options)
        assert found.placement.sequences == streams
        return found.bytes[RAM].context

    assert context(4) - context(1) == pytest.approx(3 * each, rel=0.01)


@quick
@given(indexes, machines, st.integers(0, 12), st.sampled_from((0, 0, 4096, 60000)))
# The states of several would push layers onto a worker that one answer can do without.
@example(
    published_index("Granite-4.0-H-Small"),
    machine(2 * GB, gpu(53 * GB), gpu(34 * GB, "CUDA1"), worker(22 * GB, "RPC2")),
    10,
    0,
)
def test_answers_at_once_never_cost_the_fit_nor_much_speed(
    index: TensorIndex, host: Machine, budget: int, context: int
) -> None:
    def seconds(found: Plan) -> float:
        return answer_seconds(found.predicted.prefill_tps, found.predicted.decode_tps)

    budgets = {device.name: min(budget * GB, device.free) for device in host.devices}
    options = PlacementOptions(budgets=budgets, ubatch=512, context=min(context, index.trained_context))
    several, alone = (
        plan(index, host, options),
        plan(index, host, msgspec.structs.replace(options, streams=1)),
    )
    assert several.placement.sequences in (1, *SEQUENCES)
    assert several.fits == alone.fits
    assert bool(several.paged) == bool(alone.paged)
    assert len(several.dense_layers[RAM]) <= len(alone.dense_layers[RAM])
    assert seconds(several) <= MOST_FOR_SEQUENCES * seconds(alone)


def test_states_that_would_not_fit_leave_fewer_answers_at_once() -> None:
    index = published_index("Granite-4.0-H-Small")
    alone = plan(index, machine(200 * GB), PlacementOptions(streams=1)).bytes[RAM].total
    found = {
        room: plan(
            index, machine(200 * GB), PlacementOptions(budgets={RAM: alone + room * MB})
        ).placement.sequences
        for room in (0, 160, 500)
    }
    assert found == {0: 1, 160: 2, 500: 4}


@pytest.mark.parametrize("streams", [-1, 33])
def test_a_number_of_answers_that_makes_no_sense_is_refused(streams: int) -> None:
    with pytest.raises(UserError, match=r"placement\.bad_number"):
        plan(small_index(), machine(8 * GB), PlacementOptions(streams=streams))


# --- several devices -------------------------------------------------------------------------------------


def test_two_cards_hold_all_the_experts_that_one_cannot() -> None:
    index = published_index("Qwen3-30B-A3B")
    both = plan(index, machine(64 * GB, gpu(12 * GB), gpu(14 * GB, "CUDA1")), PlacementOptions())
    assert both.expert_layers[RAM] == () and both.placement.devices == ("CUDA0", "CUDA1")
    assert both.explanation.code == "plan.whole"


def test_no_device_stands_half_empty_while_others_leave_experts_in_ram() -> None:
    index = published_index("DeepSeek-R1")
    hosts = (worker(30 * GB), worker(20 * GB, "RPC1"), gpu(24 * GB), gpu(48 * GB, "CUDA1"))
    found = plan(index, machine(512 * GB, *hosts), PlacementOptions())
    layer = index.layers[-1]
    assert found.expert_layers[RAM]
    for device in hosts:
        left = found.budgets[device.name] - found.bytes[device.name].total
        assert left < layer.expert_bytes + layer.dense_bytes + GB


def test_a_card_that_alone_is_enough_works_alone() -> None:
    index = published_index("gpt-oss-20b")
    fast = gpu(40 * GB, "CUDA1", "NVIDIA RTX A6000")
    found = plan(index, machine(64 * GB, gpu(8 * GB), fast), PlacementOptions())
    assert found.placement.devices == ("CUDA1",)


def test_an_integrated_gpu_stands_back_behind_a_card_and_shares_ram() -> None:
    shared = Device("Vulkan0", "integrated_gpu", "AMD Radeon Graphics", 30 * GB, 30 * GB)
    index = small_index()
    beside = plan(index, machine(16 * GB, gpu(4 * GB), shared), PlacementOptions())
    assert beside.budgets["Vulkan0"] == 0 and beside.placement.devices == ("CUDA0",)
    alone = plan(index, machine(16 * GB, shared), PlacementOptions())
    assert alone.budgets["Vulkan0"] + alone.budgets[RAM] <= 16 * GB
    assert alone.placement.devices == ("Vulkan0",)


# --- too little memory -----------------------------------------------------------------------------------


def test_experts_that_ram_cannot_hold_are_paged_and_slow() -> None:
    index = published_index("gpt-oss-120b")
    found = plan(index, machine(32 * GB, gpu(8 * GB)), PlacementOptions())
    assert found.fits and found.paged > 20 * GB and found.explanation.code == "plan.paged"
    enough = plan(index, machine(96 * GB, gpu(8 * GB)), PlacementOptions())
    assert found.predicted.decode_tps < enough.predicted.decode_tps / 5
    assert found.predicted.decode_range[1] / found.predicted.decode_tps > 1.5


def test_a_refusal_names_a_change_that_works() -> None:
    dense = small_index(layers=8, experts=0, dense=100 * MB)
    cases = {
        "plan.try_smaller_cache": PlacementOptions(budgets={RAM: dense.bytes + 130 * MB}),
        "plan.try_shorter_context": PlacementOptions(budgets={RAM: dense.bytes + 75 * MB}, cache_type="q8_0"),
        "plan.try_budget": PlacementOptions(budgets={RAM: 300 * MB}, cache_type="q8_0"),
    }
    host = machine(8 * GB)
    found = {code: plan(dense, host, options) for code, options in cases.items()}
    assert {code: one.refusal and one.refusal.code for code, one in found.items()} == {
        code: code for code in cases
    }
    assert not any(one.fits for one in found.values())
    context = found["plan.try_shorter_context"].refusal.params["context"]
    shorter = msgspec.structs.replace(cases["plan.try_shorter_context"], context=context)
    assert plan(dense, host, shorter).fits
    assert not plan(dense, host, msgspec.structs.replace(shorter, context=context + 256)).fits
    wanted = found["plan.try_budget"].refusal.params["wanted_bytes"]
    assert plan(dense, host, msgspec.structs.replace(cases["plan.try_budget"], budgets={RAM: wanted})).fits
    short = plan(dense, machine(1400 * MB), PlacementOptions(cache_type="q8_0"))
    assert short.refusal is not None and short.refusal.code == "plan.needs_memory"
    missing = short.refusal.params["missing_bytes"]
    assert plan(dense, machine(1400 * MB + missing), PlacementOptions(cache_type="q8_0")).fits
