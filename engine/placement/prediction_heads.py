"""The place of a model's prediction heads: what the plan leaves is theirs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.prediction_heads import RECURRENT, prediction_heads
from engine.gguf.tensor_roles import EXPERT_TENSOR
from engine.placement.candidate import with_cache
from engine.placement.expected import block_count, expected_devices
from engine.placement.overrides import EXPERTS, numbers_pattern
from engine.placement.plan import RAM, DeviceBytes, Machine, Override, Placement, PlacementOptions, Plan
from engine.placement.vision import left_in_ram

# Recurrent states are kept once more for each draft that may have to be taken back.
ROLLBACK = 2
DryRun = Callable[[Placement], Mapping[str, DeviceBytes]]


def with_heads(
    plan: Plan,
    machine: Machine,
    options: PlacementOptions,
    index: GgufIndex,
    dry_run: DryRun,
    *,
    can_predict: bool,
) -> Plan:
    """The plan with the heads of the file, if it has some and this build of llama.cpp `can_predict`.

    The model comes first: the heads lie where llama.cpp puts them, else with their experts in RAM, else in RAM as a
    whole, as far as the plan leaves room. Otherwise a notice says why there are none; answers are the same without.
    """
    first, problem = prediction_heads(index)
    if plan.refusal and problem and problem.code == "mtp.shape":
        # llama.cpp refuses the whole file, whether the head is wanted or not.
        return msgspec.structs.replace(plan, refusal=problem)
    unwanted = options.draft_model or "without_mtp" in options.fallbacks
    # A draft's experts would be read from the disk too.
    if not can_predict or not plan.fits or plan.paged or plan.mode == "disk" or unwanted:
        return plan
    if not first:
        return _without(plan, problem) if problem else plan
    lacking = 0
    rollback = ROLLBACK if index.architecture in RECURRENT else 0
    bare = msgspec.structs.replace(plan.placement, rollback=rollback)
    for placement in _places(bare, range(first, block_count(index))):
        try:
            taken = with_cache(dry_run(placement), placement.expert_cache)
        except UserError as error:
            return _without(plan, error.info)
        lacking = _lacking(plan, machine, options, taken)
        if not lacking:
            experts = dict(plan.expert_bytes)
            for name, size in _experts(index, first, placement).items():
                experts[name] = experts.get(name, 0) + size
            return msgspec.structs.replace(plan, placement=placement, bytes=taken, expert_bytes=experts)
    return _without(plan, ErrorInfo("mtp.no_room", {"needed_bytes": lacking}))


def _without(plan: Plan, reason: ErrorInfo) -> Plan:
    return msgspec.structs.replace(plan, notices=(*plan.notices, ErrorInfo("mtp.without"), reason))


def _places(placement: Placement, layers: range) -> Iterator[Placement]:
    yield msgspec.structs.replace(placement, mtp=True)
    if not placement.devices:
        return
    numbers = numbers_pattern(layers)
    for part in (EXPERTS, r"\."):
        override = Override(rf"^blk\.({numbers}){part}", RAM)
        yield msgspec.structs.replace(placement, mtp=True, overrides=(override, *placement.overrides))


def _lacking(
    plan: Plan, machine: Machine, options: PlacementOptions, taken: Mapping[str, DeviceBytes]
) -> int:
    """The bytes that are not there, of the device that lacks most."""
    before = plan.bytes.get(RAM, DeviceBytes())
    more = taken[RAM].total - before.total
    lacking = [more - max(0, left_in_ram(plan, machine, options))]
    for name, size in taken.items():
        if name != RAM:
            lacking.append(size.total - max(plan.budgets.get(name, 0), plan.bytes[name].total))
    return max(0, *lacking)


def _experts(index: GgufIndex, first: int, placement: Placement) -> dict[str, int]:
    """Bytes of the heads' experts by device."""
    sizes = {
        tensor.name: tensor.bytes
        for tensor in index.tensors
        if EXPERT_TENSOR.search(tensor.name) and int(tensor.name.split(".")[1]) >= first
    }
    found: dict[str, int] = {}
    for name, devices in expected_devices(sizes, block_count(index), placement).items():
        for device in devices:
            found[device] = found.get(device, 0) + sizes[name]
    return found
