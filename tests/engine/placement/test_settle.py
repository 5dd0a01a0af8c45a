"""From estimates to a measured plan, against dry runs that answer as they like."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.expert_cache.hit_rates import HitRates
from engine.gguf.tensor_index import TensorIndex
from engine.placement.assignment import layer_devices
from engine.placement.plan import RAM, DeviceBytes, Machine, Placement, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.settle import MOST_RUNS, settle
from engine.placement.slots.expert_slots import slots_of
from engine.placement.speed import cached_speed
from tests.engine.placement.test_planner import home_of_experts
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, MB, gpu, machine, measured, small_index, worker

# Bytes of context and compute by device and by what it holds: weights, layers.
Cost = Callable[[str, int, int], tuple[int, int, int]]


class DryRun:
    """Adds up real weights; `cost` says what padding, context and buffers come on top."""

    def __init__(self, index: TensorIndex, names: tuple[str, ...], cost: Cost) -> None:
        self._index, self._names, self._cost = index, names, cost
        self.asked: list[Placement] = []

    def __call__(self, placement: Placement) -> dict[str, DeviceBytes]:
        self.asked.append(placement)
        return self.measure(placement)

    def measure(self, placement: Placement) -> dict[str, DeviceBytes]:
        index = self._index
        homes = layer_devices(len(index.layers) + index.mtp_layers, placement.gpu_layers, placement.split)
        weights = dict.fromkeys((*self._names, RAM), 0)
        layers = dict.fromkeys(weights, 0)
        for layer, home in zip(index.layers, homes, strict=False):
            name = RAM if home is None else placement.devices[home]
            weights[name] += layer.dense_bytes
            layers[name] += 1
        weights[RAM] += index.embedding_bytes
        weights[RAM if homes[-1] is None else placement.devices[homes[-1]]] += index.output_bytes
        kinds = {layer.number: layer.experts for layer in index.layers}
        for name, held in home_of_experts(placement, weights, index).items():
            weights[name] += sum(kinds[layer][kind] for layer, kind in held)
        sizes = {}
        for name, count in weights.items():
            padding, context, compute = self._cost(name, count, layers[name])
            sizes[name] = DeviceBytes(count + padding, context, compute)
        return sizes


def kindly(name: str, weights: int, layers: int) -> tuple[int, int, int]:
    return 1000 * layers, 9 * MB * layers, 41 * MB


def growing(name: str, weights: int, layers: int) -> tuple[int, int, int]:
    """Buffers of a fifth of the weights."""
    return 0, 5 * MB * layers, weights // 5


def jumping(name: str, weights: int, layers: int) -> tuple[int, int, int]:
    """Neither monotone nor additive."""
    return weights % 7 * MB, 3 * MB * layers, (weights // MB * 37) % 190 * MB


def settled(index: TensorIndex, host: Machine, options: PlacementOptions, cost: Cost) -> tuple[Plan, DryRun]:
    dry_run = DryRun(index, tuple(device.name for device in host.devices), cost)
    found = settle(index, host, options, dry_run)
    assert len(dry_run.asked) <= MOST_RUNS
    if found.placement.devices:
        assert found.measured
    measured = dry_run.measure(found.placement)
    assert {name: found.bytes[name] for name in found.placement.devices} == {
        name: measured[name] for name in found.placement.devices
    }
    for name in found.placement.devices:
        assert found.bytes[name].total <= found.budgets[name]
    return found, dry_run


def one_more(found: Plan, index: TensorIndex) -> Placement:
    """The same plan with the experts of one layer more on its device, by a pattern fewer layers match."""
    following = len(found.expert_layers["CUDA0"])
    rest = [layer for layer in found.expert_layers[RAM] if layer != following]
    pattern = rf"blk\.({'|'.join(map(str, rest)) or 'none'})\.ffn_(up|down|gate|gate_up)_(ch|)exps"
    first = found.placement.overrides[0]
    return msgspec.structs.replace(
        found.placement, overrides=(msgspec.structs.replace(first, pattern=pattern),)
    )


def test_kind_dry_runs_settle_in_few() -> None:
    index, host = small_index(), machine(8 * GB, gpu(2 * GB))
    for budget in range(200, 1100, 50):
        found, dry_run = settled(index, host, PlacementOptions(budgets={"CUDA0": budget * MB}), kindly)
        assert len(dry_run.asked) <= 4
        left = found.expert_layers[RAM]
        if left and not found.dense_layers[RAM]:
            assert dry_run.measure(one_more(found, index))["CUDA0"].total > budget * MB


def test_buffers_that_grow_with_the_weights_still_end_at_the_most_that_fits() -> None:
    index, host = small_index(layers=30), machine(8 * GB, gpu(4 * GB))
    for budget in range(800, 3800, 100):
        found, dry_run = settled(index, host, PlacementOptions(budgets={"CUDA0": budget * MB}), growing)
        if found.expert_layers[RAM] and not found.dense_layers[RAM]:
            assert dry_run.measure(one_more(found, index))["CUDA0"].total > budget * MB


@given(
    st.integers(20, 4000),
    st.integers(20, 3000),
    st.sampled_from((kindly, growing, jumping)),
    st.integers(0, 1),
)
@settings(max_examples=80, deadline=None)
def test_whatever_dry_runs_answer_it_ends_within_the_budgets(
    one: int, other: int, cost: Cost, mtp_layers: int
) -> None:
    index = small_index(layers=20, mtp_layers=mtp_layers)
    host = machine(8 * GB, worker(6 * GB), gpu(6 * GB))
    settled(index, host, PlacementOptions(budgets={"CUDA0": one * MB, "RPC0": other * MB}), cost)


@given(st.integers(100, 1500), st.sampled_from((kindly, growing, jumping)))
@settings(max_examples=40, deadline=None)
def test_dense_models_settle_too(budget: int, cost: Cost) -> None:
    index = small_index(layers=20, experts=0)
    settled(index, machine(8 * GB, gpu(2 * GB)), PlacementOptions(budgets={"CUDA0": budget * MB}), cost)


def test_an_estimate_that_is_too_large_keeps_no_device_out() -> None:
    index, host = small_index(), machine(8 * GB, gpu(2 * GB))
    options = PlacementOptions(budgets={"CUDA0": 70 * MB})
    assert plan(index, host, options).placement.devices == ()
    found, _ = settled(index, host, options, lambda name, weights, layers: (0, MB, MB))
    assert found.placement.gpu_layers > 1


def test_a_device_whose_buffers_never_fit_is_left_alone() -> None:
    index, host = small_index(), machine(8 * GB, gpu(2 * GB))
    found, _ = settled(
        index, host, PlacementOptions(), lambda name, weights, layers: (0, 0, 3 * GB if name != RAM else 0)
    )
    assert found.mode == "cpu" and found.fits and found.placement.devices == ()


def test_fallbacks_are_not_taken_back() -> None:
    index, host = small_index(), machine(8 * GB, gpu(2 * GB))
    options = PlacementOptions(budgets={"CUDA0": 700 * MB})
    before, _ = settled(index, host, options, kindly)
    after, _ = settled(index, host, PlacementOptions(budgets=options.budgets, fallbacks=("layer",)), kindly)
    assert len(after.expert_layers["CUDA0"]) == len(before.expert_layers["CUDA0"]) - 1


def test_a_model_that_cannot_be_dry_run_is_refused_with_the_reason() -> None:
    def broken(placement: Placement) -> dict[str, DeviceBytes]:
        raise UserError("engine.not_a_chat_model")

    found = settle(small_index(), machine(8 * GB, gpu(2 * GB)), PlacementOptions(), broken)
    assert not found.fits and not found.measured
    assert found.refusal is not None and found.refusal.code == "engine.not_a_chat_model"


def test_a_device_that_cannot_be_dry_run_is_left_alone() -> None:
    index, host = small_index(), machine(8 * GB, gpu(2 * GB))
    inner = DryRun(index, ("CUDA0",), kindly)

    def broken(placement: Placement) -> dict[str, DeviceBytes]:
        if placement.devices:
            raise UserError("engine.load_failed", detail="no")
        return inner(placement)

    found = settle(index, host, PlacementOptions(), broken)
    assert found.fits and found.mode == "cpu" and found.measured


def test_ram_measured_too_small_is_refused() -> None:
    index, host = small_index(experts=0), machine(2 * GB)
    found, _ = settled(index, host, PlacementOptions(), lambda name, weights, layers: (0, 0, 3 * GB))
    assert not found.fits and found.refusal is not None


# --- a cache of experts ----------------------------------------------------------------------------------


def with_library(host: Machine) -> Machine:
    return msgspec.structs.replace(host, caches=True)


def settled_cached(index: TensorIndex, budget: int, cost: Cost) -> tuple[Plan, DryRun]:
    """What llama.cpp takes is exact, the cache comes on top, and both are within the budget."""
    dry_run = DryRun(index, ("CUDA0",), cost)
    options = PlacementOptions(mode="cached", budgets={"CUDA0": budget * MB})
    found = settle(index, with_library(machine(8 * GB, gpu(6 * GB))), options, dry_run)
    cache = found.placement.expert_cache
    assert found.measured and found.mode == "cached" and cache is not None
    taken, measured = found.bytes["CUDA0"], dry_run.measure(found.placement)["CUDA0"]
    slots = sum(layer.bytes for layer in cache.layers)
    assert taken == DeviceBytes(measured.model + slots, measured.context, measured.compute + cache.workspace)
    assert taken.total <= found.budgets["CUDA0"]
    return found, dry_run


def test_slots_take_what_dry_runs_leave_and_no_slot_less() -> None:
    index = small_index(layers=20, count=32)
    for budget in range(800, 2600, 100):
        found, dry_run = settled_cached(index, budget, kindly)
        assert len(dry_run.asked) <= 3
        cache = found.placement.expert_cache
        assert cache is not None
        left = budget * MB - found.bytes["CUDA0"].total
        everywhere = sum(slots.slot for slots in slots_of(index))
        assert left < everywhere or all(layer.slots == 32 for layer in cache.layers)


@given(st.integers(900, 4000), st.sampled_from((kindly, growing, jumping)))
@example(1274, growing)  # one whole layer less leaves room for slots
@example(2561, growing)
@example(2671, growing)
@settings(max_examples=60, deadline=None)
def test_a_cache_stays_within_the_budget_whatever_dry_runs_answer(budget: int, cost: Cost) -> None:
    settled_cached(small_index(layers=20), budget, cost)


def test_a_cache_for_which_measuring_leaves_no_room_is_refused_when_wished_and_dropped_when_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cached_speed, "expected_hit_rate", lambda *_: HitRates(0.9, 0.95, 0.96))
    index = published_index("Qwen3-30B-A3B")
    host = measured(machine(64 * GB, gpu(12 * GB), caches=True))
    budgets = {"CUDA0": 6 * GB}

    def crowded(name: str, weights: int, layers: int) -> tuple[int, int, int]:
        """So much that hardly anything is left beside what every token reads."""
        return 0, 0, budgets["CUDA0"] - weights - 25 * MB if layers == 48 and name != RAM else 0

    kind = DryRun(index, ("CUDA0",), kindly)
    assert settle(index, host, PlacementOptions(budgets=budgets), kind).mode == "cached"
    dry_run = DryRun(index, ("CUDA0",), crowded)
    found = settle(index, host, PlacementOptions(budgets=budgets), dry_run)
    assert found.mode == "streamed_prompts" and found.placement.expert_cache is None
    assert len(dry_run.asked) <= 2 * MOST_RUNS
    with pytest.raises(UserError, match=r"cache\.too_small"):
        settle(index, host, PlacementOptions(budgets=budgets, mode="cached"), dry_run)
