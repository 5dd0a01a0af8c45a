"""The place of what lets a model see: on a graphics card that has room behind the plan, else in RAM. Pure."""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import RAM, DeviceBytes, Machine, PlacementOptions, Plan


def with_vision(plan: Plan, machine: Machine, options: PlacementOptions, needed: int) -> Plan:
    """The plan with a projector that takes `needed` bytes with its buffers; 0: there is none.

    The model comes first: what it leaves of the card of this machine with the most room, else of RAM. Where neither
    has enough, a notice says so, and the model answers without seeing.
    """
    if not needed or not plan.fits:
        return plan
    cards = [device.name for device in machine.devices if device.kind == "gpu"]
    rooms = {name: plan.budgets.get(name, 0) - plan.bytes[name].total for name in cards if name in plan.bytes}
    best = max(rooms, key=lambda name: rooms[name], default=RAM)
    if best == RAM or rooms[best] < needed:
        best, free = RAM, left_in_ram(plan, machine, options)
        if free < needed:
            notice = ErrorInfo("projector.no_room", {"needed_bytes": needed, "free_bytes": max(0, free)})
            return msgspec.structs.replace(plan, notices=(*plan.notices, notice))
    taken = msgspec.structs.replace(plan.bytes.get(best, DeviceBytes()), vision=needed)
    return msgspec.structs.replace(plan, bytes=plan.bytes | {best: taken})


def vision_device(plan: Plan) -> str:
    """The device that has a place for the projector, "" for none."""
    return next((name for name, taken in plan.bytes.items() if taken.vision), "")


def left_in_ram(plan: Plan, machine: Machine, options: PlacementOptions) -> int:
    """Bytes of RAM behind the plan: of a budget that was given, what the model leaves; else weights that are mapped
    from their file make room."""
    taken = plan.bytes.get(RAM, DeviceBytes())
    if RAM in options.budgets:
        return plan.budgets.get(RAM, 0) - taken.total
    stays = taken.context + taken.compute
    if plan.placement.load_mode != "mapped":
        stays += taken.model
    return machine.ram.free - stays
