"""Heads for multi-token prediction: which files have usable ones, and where they go behind the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_file import GgufFile, Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.prediction_heads import prediction_heads
from engine.placement.fallbacks import next_fallback
from engine.placement.plan import RAM, DeviceBytes, Machine, Placement, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.prediction_heads import ROLLBACK, with_heads
from tests.support.placement.machines import GB, MB, gpu, machine, small_index

LAYERS, WIDTH = 8, 64
MODEL = small_index(layers=LAYERS, mtp_layers=1)
FIXED = PlacementOptions(context=2048, ubatch=512)
NAMES = {"nextn.eh_proj": (2 * WIDTH, WIDTH), "nextn.enorm": (WIDTH,), "nextn.hnorm": (WIDTH,)}
EXPERTS, DENSE = 60 * MB, 12 * MB


def file(
    architecture: str = "glm4moe", heads: int = 1, parts: Mapping[str, tuple[int, ...]] = NAMES
) -> GgufIndex:
    metadata: dict[str, Any] = {
        "general.architecture": architecture,
        f"{architecture}.block_count": LAYERS + heads,
        f"{architecture}.nextn_predict_layers": heads,
        f"{architecture}.embedding_length": WIDTH,
    }
    rows = [
        Tensor(f"blk.{LAYERS + head}.{name}.weight", shape, "F16", 0, DENSE // 3)
        for head in range(heads)
        for name, shape in parts.items()
    ]
    rows += [
        Tensor(f"blk.{layer}.ffn_up_exps.weight", (WIDTH, WIDTH, 4), "F16", 0, EXPERTS)
        for layer in range(LAYERS + heads)
    ]
    return GgufIndex((GgufFile(Path("made.gguf"), 0, metadata, tuple(rows), {}),))


@pytest.mark.parametrize("architecture", ["glm4moe", "deepseek2", "qwen35moe"])
def test_a_head_is_found_by_its_projection(architecture: str) -> None:
    assert prediction_heads(file(architecture)) == (LAYERS, None)
    assert prediction_heads(file(architecture, parts={})) == (0, None), "left out when the file was made"
    assert prediction_heads(file(architecture, heads=0)) == (0, None)


def test_what_llama_cpp_cannot_compute_is_told() -> None:
    for architecture, heads in (("glm4moe", 2), ("exaone-moe", 1)):
        told = ErrorInfo("mtp.architecture", {"architecture": architecture, "heads": heads})
        assert prediction_heads(file(architecture, heads)) == (0, told)
    assert prediction_heads(file("step35", 3)) == (LAYERS, None)


@pytest.mark.parametrize("name", NAMES)
def test_a_tensor_that_does_not_fit_is_named(name: str) -> None:
    wrong = NAMES | {name: (WIDTH, 3)}
    told = {"tensor": f"blk.{LAYERS}.{name}.weight", "shape": f"{WIDTH} x 3"}
    assert prediction_heads(file(parts=wrong)) == (0, ErrorInfo("mtp.shape", told))


class Measured:
    """Dry runs of a plan with a head: its weights lie where the placement puts them, its buffers on the card."""

    def __init__(self, before: Plan, device: str) -> None:
        self._before, self._device = before, device
        self.tried: list[Placement] = []

    def __call__(self, placement: Placement) -> Mapping[str, DeviceBytes]:
        self.tried.append(placement)
        mine = [each for each in placement.overrides if each.pattern.startswith(f"^blk\\.({LAYERS})")]
        in_ram = 0 if not mine else EXPERTS + (DENSE if mine[0].pattern.endswith(r")\.") else 0)
        found = dict(self._before.bytes)
        for name, model, buffers in (
            (RAM, in_ram, 0),
            (self._device, EXPERTS + DENSE - in_ram, 5 * MB),
        ):
            had = found[name]
            found[name] = DeviceBytes(had.model + model, had.context, had.compute + buffers)
        return found


def made(
    host: Machine, options: PlacementOptions = FIXED, index: GgufIndex | None = None
) -> tuple[Plan, Plan, Measured]:
    before = plan(MODEL, host, options)
    device = host.devices[0].name if host.devices else RAM
    dry_run = Measured(before, device)
    after = with_heads(before, host, options, index or file(), dry_run, can_predict=True)
    return before, after, dry_run


def with_left(left: int) -> tuple[Plan, Plan, Measured]:
    """On a card on which so many bytes are left behind the plan."""
    host = machine(8 * GB, gpu(3 * GB))
    taken = plan(MODEL, host, FIXED).bytes["CUDA0"].total
    return made(host, msgspec.structs.replace(FIXED, budgets={"CUDA0": taken + left}))


def test_in_ram_alone_it_is_loaded_as_it_is() -> None:
    before, after, _ = made(machine(8 * GB))
    assert after.placement == msgspec.structs.replace(before.placement, mtp=True)
    assert after.bytes[RAM].total == before.bytes[RAM].total + EXPERTS + DENSE + 5 * MB
    assert after.expert_bytes[RAM] == before.expert_bytes[RAM] + EXPERTS


def test_it_goes_where_the_plan_leaves_room() -> None:
    _, whole, tried = with_left(EXPERTS + DENSE + 5 * MB)
    assert whole.placement.mtp and len(tried.tried) == 1
    before, apart, tried = with_left(DENSE + 5 * MB)
    assert apart.placement.mtp and len(tried.tried) == 2
    assert apart.bytes[RAM].total == before.bytes[RAM].total + EXPERTS
    before, in_ram, tried = with_left(5 * MB)
    assert in_ram.placement.mtp and len(tried.tried) == 3
    assert in_ram.bytes[RAM].total == before.bytes[RAM].total + EXPERTS + DENSE
    assert in_ram.expert_bytes.get(RAM, 0) == before.expert_bytes.get(RAM, 0) + EXPERTS


def test_without_room_the_model_is_planned_all_the_same_and_it_is_said() -> None:
    before, after, _ = with_left(4 * MB)
    told = (ErrorInfo("mtp.without"), ErrorInfo("mtp.no_room", {"needed_bytes": MB}))
    assert after == msgspec.structs.replace(before, notices=(*before.notices, *told))


@pytest.mark.parametrize(("memory", "has_room"), [(3 * GB, True), (640 * MB, False)])
def test_beside_a_cache_of_experts_the_bytes_of_its_slots_count(memory: int, *, has_room: bool) -> None:
    host = machine(8 * GB, gpu(memory), caches=True)
    options = msgspec.structs.replace(FIXED, mode="cached", whole_layers=0, budgets={"CUDA0": memory})
    before = plan(MODEL, host, options)
    cache = before.placement.expert_cache
    assert cache is not None
    taken = before.bytes["CUDA0"]
    bare = DeviceBytes(taken.model - cache.slots, taken.context, taken.compute - cache.workspace)
    dry_run = Measured(msgspec.structs.replace(before, bytes=before.bytes | {"CUDA0": bare}), "CUDA0")
    after = with_heads(before, host, options, file(), dry_run, can_predict=True)
    assert after.placement.mtp is has_room
    assert after.bytes["CUDA0"].total == taken.total + has_room * (EXPERTS + DENSE + 5 * MB)
    assert after.bytes["CUDA0"].total <= after.budgets["CUDA0"]


def test_a_dry_run_that_fails_is_why_there_is_none() -> None:
    before = plan(MODEL, machine(8 * GB), FIXED)

    def fails(placement: Placement) -> Mapping[str, DeviceBytes]:
        raise UserError("engine.load_failed", detail="a head that nobody knows")

    after = with_heads(before, machine(8 * GB), FIXED, file(), fails, can_predict=True)
    assert not after.placement.mtp
    assert [notice.code for notice in after.notices] == ["mtp.without", "engine.load_failed"]


def test_recurrent_states_are_kept_for_drafts() -> None:
    _, after, _ = made(machine(8 * GB), index=file("qwen35moe"))
    assert after.placement.mtp and after.placement.rollback == ROLLBACK


def test_it_is_left_out_where_it_is_not_wanted_or_cannot_be() -> None:
    host = machine(8 * GB)
    before = plan(MODEL, host, FIXED)
    dry_run = Measured(before, RAM)
    beside = msgspec.structs.replace(FIXED, draft_model="small.gguf")
    without = msgspec.structs.replace(FIXED, fallbacks=("without_mtp",))
    assert with_heads(before, host, beside, file(), dry_run, can_predict=True) is before
    assert with_heads(before, host, without, file(), dry_run, can_predict=True) is before
    assert with_heads(before, host, FIXED, file(), dry_run, can_predict=False) is before
    paged = msgspec.structs.replace(before, paged=MB)
    assert with_heads(paged, host, FIXED, file(), dry_run, can_predict=True) is paged
    assert dry_run.tried == []


def test_a_load_that_fails_gives_the_head_up_first() -> None:
    _, after, _ = made(machine(8 * GB))
    following = next_fallback(after, FIXED)
    assert following is not None and following.fallbacks == ("without_mtp",)
