"""What the bars show: per device its parts in bytes, what is free and what is kept free. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.placement.plan import DISK, RAM, Device, DeviceBytes, Machine, Plan

# "slots": room for single experts that come and go.
Part = Literal["dense", "experts", "slots", "context", "compute", "vision", "disk"]
PARTS: tuple[Part, ...] = ("dense", "experts", "slots", "context", "compute", "vision", "disk")


class DeviceBar(msgspec.Struct, frozen=True):
    """One bar. `parts` are bytes in the order they are drawn, none of them 0; `budget` of `size` may be used."""

    name: str
    parts: tuple[tuple[Part, int], ...]
    budget: int
    size: int

    @property
    def used(self) -> int:
        return sum(count for _, count in self.parts)

    @property
    def kept_free(self) -> int:
        """What the budget leaves to others."""
        return max(0, self.size - max(self.budget, self.used))


def parts_of(taken: DeviceBytes, experts: int, slots: int = 0) -> tuple[tuple[Part, int], ...]:
    """The parts of what a model takes on one device; `experts` is their part of its weights, `slots` that of those
    which come and go."""
    parts: tuple[tuple[Part, int], ...] = (
        ("dense", max(0, taken.model - experts)),
        ("experts", max(0, min(experts, taken.model) - slots)),
        ("slots", slots),
        ("context", taken.context),
        ("compute", taken.compute),
        ("vision", taken.vision),
    )
    return tuple((part, count) for part, count in parts if count > 0)


def device_bars(plan: Plan, machine: Machine) -> tuple[DeviceBar, ...]:
    """One bar per device in the machine's order, RAM after them, and one for what is read from the disk, which has no
    device of its own."""
    bars = [_bar(plan, device) for device in (*machine.devices, machine.ram)]
    if plan.paged > 0:
        bars[-1] = _without_paged(bars[-1], plan.paged)
    on_disk = plan.paged or plan.bytes.get(DISK, DeviceBytes()).total
    if on_disk > 0:
        bars.append(DeviceBar(DISK, (("disk", on_disk),), on_disk, on_disk))
    return tuple(bars)


def _bar(plan: Plan, device: Device) -> DeviceBar:
    cache = plan.placement.expert_cache
    slots = cache.slots if cache and cache.device == device.name else 0
    if cache and cache.above and cache.above.device == device.name:
        slots += cache.above.slots
    taken = plan.bytes.get(device.name, DeviceBytes())
    parts = parts_of(taken, plan.expert_bytes.get(device.name, 0), slots)
    used = sum(count for _, count in parts)
    budget = plan.budgets.get(device.name, device.free)
    return DeviceBar(device.name, parts, budget, max(device.free, budget, used, 1))


def _without_paged(ram: DeviceBar, paged: int) -> DeviceBar:
    """RAM without the bytes that do not fit it, if they are counted in it."""
    over = min(paged, max(0, ram.used - ram.budget))
    parts: list[tuple[Part, int]] = []
    for part, count in ram.parts:
        taken = min(over, count) if part == "experts" else 0
        over -= taken
        if count > taken:
            parts.append((part, count - taken))
    size = ram.size - min(paged, max(0, ram.used - ram.budget))
    return DeviceBar(RAM, tuple(parts), ram.budget, max(size, ram.budget))
