"""Explanation of a plan: its sentence and the numbers in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.errors import ErrorInfo, Param
from engine.placement.candidate import Candidate
from engine.placement.layout import Layout
from engine.placement.plan import DISK, RAM, Device, Machine
from engine.placement.planning_input import Choice, Given
from engine.placement.slots.disk_floor import PROCESS_BYTES

_Params = dict[str, Param]


def explanation(given: Given, candidate: Candidate) -> ErrorInfo:
    """The plan in one sentence."""
    layout, sizes = candidate.layout, candidate.bytes
    speed: _Params = {"tps": spoken_speed(candidate.predicted.decode_tps)}
    ram: _Params = {"ram_bytes": sizes[RAM].total, "ram_budget_bytes": given.budgets[RAM]}
    if not candidate.fits:
        return ErrorInfo("plan.does_not_fit", {"missing_bytes": candidate.missing})
    if candidate.paged:
        wanted = candidate.expert_bytes[RAM]
        held = {
            "held_bytes": wanted - candidate.paged,
            "wanted_bytes": wanted,
            "paged_bytes": candidate.paged,
        }
        return ErrorInfo("plan.paged", held | speed)
    if candidate.choice.mode == "disk" and DISK in sizes:
        return _of_the_disk(given, candidate, ram | speed)
    if not layout.devices:
        return ErrorInfo("plan.cpu", ram | speed)
    devices: _Params = {
        "device": spoken_names(given.machine, layout.devices),
        "used_bytes": sum(sizes[name].total for name in layout.devices),
        "budget_bytes": sum(given.budgets[name] for name in layout.devices),
    }
    layers: _Params = {"count": sum(layout.counts), "layers": len(layout.layers)}
    if layout.first:
        if candidate.choice.mode == "layers":
            return ErrorInfo("plan.layers", devices | ram | layers | speed)
        return ErrorInfo("plan.some_attention", devices | ram | layers | speed)
    held_layers = [number for number, name in enumerate(layout.experts) if name not in ("", RAM)]
    cache = candidate.placement.expert_cache
    if cache is not None:
        slots: _Params = {
            "slots": min(layer.slots for layer in cache.layers),
            "experts": given.index.experts,
            "layers": len(cache.layers),
        }
        if held_layers:
            return ErrorInfo("plan.mixed", devices | ram | slots | {"whole": len(held_layers)} | speed)
        return ErrorInfo("plan.cached", devices | ram | slots | speed)
    if RAM not in layout.experts:
        return ErrorInfo("plan.whole", devices | speed)
    if not held_layers:
        return ErrorInfo("plan.attention", devices | ram | speed)
    numbers = [given.index.layers[number].number for number in held_layers]
    if len(layout.devices) == 1 and len(numbers) > 1:
        span: _Params = {"first": numbers[0], "last": numbers[-1]}
        return ErrorInfo("plan.resident", devices | ram | span | speed)
    count: _Params = {"count": len(numbers), "layers": sum(1 for name in layout.experts if name)}
    return ErrorInfo("plan.several", devices | ram | count | speed)


def _of_the_disk(given: Given, candidate: Candidate, params: _Params) -> ErrorInfo:
    cache = candidate.placement.expert_cache
    assert cache is not None
    slots = [layer.own for layer in cache.layers]
    params |= {
        "ram_bytes": candidate.bytes[RAM].total + PROCESS_BYTES,
        "read_bytes": candidate.predicted.bytes_per_token.get(DISK, 0),
    }
    if cache.above is not None:
        name = cache.above.device
        params |= {
            "device": spoken_names(given.machine, (name,)),
            "used_bytes": candidate.bytes[name].total,
            "budget_bytes": given.budgets[name],
            "above": round(sum(cache.slots_above.values()) / len(slots)),
            "slots": round(sum(slots) / len(slots)),
            "experts": given.index.experts,
        }
        return ErrorInfo("plan.disk_above", params)
    if all(slots):
        return ErrorInfo("plan.disk", params | {"slots": min(slots), "experts": given.index.experts})
    served = sum(1 for count in slots if count)
    if served:
        return ErrorInfo("plan.disk_some", params | {"count": served, "layers": len(slots)})
    return ErrorInfo("plan.disk_none", params)


def spoken_speed(tps: float) -> int | float:
    """Whole tokens per second from ten on, else one digit."""
    return round(tps) if tps >= 10 else round(tps, 1)


def spoken_names(machine: Machine, names: Iterable[str]) -> str:
    """Names of a machine's devices for people; others are left out. "GPU" alone stands for the only GPU there is."""
    found = {device.name: device for device in (*machine.devices, machine.ram)}
    gpus = [device for device in machine.devices if device.kind != "rpc"]
    return ", ".join(_spoken(found[name], only=len(gpus) == 1) for name in names if name in found)


def _spoken(device: Device, *, only: bool) -> str:
    if device.kind != "rpc" and only:
        return "GPU"
    return f"{device.name} ({device.description})" if device.description else device.name


def unused_notices(given: Given, choice: Choice, layout: Layout) -> Iterator[ErrorInfo]:
    """Notices about devices whose budget is too small for anything."""
    for name in choice.devices:
        if name not in layout.devices:
            named: _Params = {
                "device": spoken_names(given.machine, (name,)),
                "budget_bytes": given.budgets[name],
            }
            yield ErrorInfo("plan.device_unused", named)


def fallback_notices(given: Given, candidate: Candidate) -> Iterator[ErrorInfo]:
    """Notices about fallbacks after a failed load."""
    made = given.fallbacks
    if "unpinned" in made:
        yield ErrorInfo("plan.conceded_pinned", {})
    if "unrepacked" in made:
        yield ErrorInfo("plan.conceded_repack", {})
    if "layer" in made and candidate.choice.mode == "disk":
        yield ErrorInfo("plan.conceded_slots", {})
    elif "layer" in made:
        yield ErrorInfo("plan.conceded_layers", {"count": made.count("layer")})
    if "ubatch" in made:
        yield ErrorInfo("plan.conceded_ubatch", {"ubatch": candidate.placement.ubatch})
    if "context" in made:
        yield ErrorInfo("plan.conceded_context", {"context": candidate.placement.context})
