"""Memory budgets of devices: the user's, or free memory less a margin."""

from __future__ import annotations

from collections import Counter

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.placement.plan import RAM, Device, Machine, Mode, PlacementOptions

_MIB, _GIB = 2**20, 2**30
# What drivers, kernels' own buffers and the desktop take besides what llama.cpp can count. llama.cpp's fit keeps
# the same 1 GiB (common.h, fit_params_target); on a card of a few GB that would waste too large a part.
GPU_MARGIN = _GIB
SMALLEST_GPU_MARGIN = 300 * _MIB
GPU_MARGIN_SHARE = 8
# A worker computes in the memory it reports; only its own buffers come on top.
RPC_MARGIN = 256 * _MIB
RAM_MARGIN = _GIB
RAM_MARGIN_SHARE = 20
# What the system and a desktop without other programs take of RAM, besides the margin: 2 GiB of 16, as they do.
SYSTEM_SHARE, MOST_SYSTEM = 8, 4 * _GIB


def device_budgets(
    machine: Machine, options: PlacementOptions
) -> tuple[dict[str, int], tuple[ErrorInfo, ...]]:
    """Bytes by device, RAM included, and notices about them.

    Raises UserError `placement.two_devices` (`name`), `placement.unknown_device` (`name`, `known`) or
    `placement.negative_budget` (`name`).
    """
    devices = (*machine.devices, machine.ram)
    names = Counter(device.name for device in devices)
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        raise UserError("placement.two_devices", name=twice)
    _check(options.budgets, names)
    notices = []
    budgets: dict[str, int] = {}
    for device in devices:
        requested = options.budgets.get(device.name)
        if requested is None:
            budgets[device.name] = _default_budget(device, machine)
        else:
            budgets[device.name] = min(requested, device.free)
            if requested > device.free:
                notices.append(
                    ErrorInfo(
                        "plan.budget_cut",
                        {"device": device.name, "asked_bytes": requested, "free_bytes": device.free},
                    )
                )
    if RAM not in options.budgets:
        shared = sum(budgets[device.name] for device in machine.devices if device.kind == "integrated_gpu")
        budgets[RAM] = max(budgets[RAM] - shared, 0)
    return budgets, tuple(notices)


def with_programs_closed(machine: Machine) -> Machine:
    """The machine with as much free as it is built with, less what its system takes.

    What a worker lends stays as its PC reports it: nobody here closes programs there.
    """

    def freed(device: Device) -> Device:
        if device.kind == "rpc" or not device.total:
            return device
        system = min(device.total // SYSTEM_SHARE, MOST_SYSTEM) if device.kind == "cpu" else 0
        return msgspec.structs.replace(device, free=device.total - system)

    return msgspec.structs.replace(
        machine, ram=freed(machine.ram), devices=tuple(freed(device) for device in machine.devices)
    )


def without_absent(options: PlacementOptions, machine: Machine) -> PlacementOptions:
    """The options without budgets of absent devices or a mode that no device here supports: stored options
    must not outlive a worker or card."""
    names = {machine.ram.name, *(device.name for device in machine.devices)}
    budgets = {name: count for name, count in options.budgets.items() if name in names}
    mode = options.mode if options.mode in _modes(machine) else None
    return msgspec.structs.replace(options, budgets=budgets, mode=mode)


def _modes(machine: Machine) -> tuple[Mode, ...]:
    """The modes that a machine's devices support, whether or not the cache plugin is there."""
    disk: tuple[Mode, ...] = ("disk",) if machine.floors else ()
    if not machine.devices:
        return ("cpu", *disk)
    streams = any(device.streams for device in machine.devices)
    return (
        "cpu",
        "layers",
        "resident",
        "cached",
        *disk,
        *(("streamed_prompts", "streamed") if streams else ()),
    )


def _check(requested: dict[str, int], known: Counter[str]) -> None:
    for name, count in requested.items():
        if name not in known:
            raise UserError("placement.unknown_device", name=name, known=", ".join(known))
        if count < 0:
            raise UserError("placement.negative_budget", name=name)


def _default_budget(device: Device, machine: Machine) -> int:
    if device.kind == "cpu":
        return max(device.free - max(RAM_MARGIN, device.free // RAM_MARGIN_SHARE), 0)
    if device.kind == "rpc":
        return max(device.free - RPC_MARGIN, 0)
    margin = min(GPU_MARGIN, max(SMALLEST_GPU_MARGIN, device.total // GPU_MARGIN_SHARE))
    usual = max(device.free - margin, 0)
    if device.kind == "gpu":
        return usual
    # An integrated GPU takes its memory from RAM and is used where there is no better one, as in llama.cpp.
    if any(other.kind == "gpu" for other in machine.devices):
        return 0
    return min(usual, max(machine.ram.free - RAM_MARGIN, 0) // 2)
