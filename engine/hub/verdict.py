"""Verdict on a model for this machine: a word, a few numbers, one sentence. Pure.

The same plan gives the same verdict, whether its tensor table came from disk or from the hub.
"""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo
from engine.hub.values import Fit, Verdict
from engine.placement.budgets import device_budgets
from engine.placement.explain import spoken_names, spoken_speed
from engine.placement.plan import DISK, RAM, DeviceBytes, Machine, PlacementOptions, Plan

# What a model takes besides its weights, where nothing else is known of it: cache and buffers.
_BESIDES_SHARE, _BESIDES = 0.05, 512 * 2**20
_RUNS: dict[Fit, int] = {"no": 0, "disk": 1, "ram": 2, "divided": 2, "device": 2}


def verdict(plan: Plan, machine: Machine) -> Verdict:
    """The plan in short. `machine` is what it was made for."""
    fit, device_bytes = _fit(plan), _device_bytes(plan)
    ram_bytes = plan.bytes[RAM].total - plan.paged if RAM in plan.bytes else 0
    return Verdict(
        fit=fit,
        source="header",
        sentence=_sentence(plan, machine, fit, device_bytes, ram_bytes),
        mode=plan.mode,
        context=plan.placement.context,
        device_bytes=device_bytes,
        ram_bytes=ram_bytes,
        missing_bytes=_missing(plan) if fit == "no" else _beyond_memory(plan),
        decode_tps=plan.predicted.decode_tps,
        decode_range=plan.predicted.decode_range,
        prefill_tps=plan.predicted.prefill_tps,
        worker=fit in ("device", "divided") and _on_worker(plan, machine),
    )


def verdict_by_size(size: int, machine: Machine) -> Verdict:
    """The verdict from file sizes alone: no speed, and assumed dense."""
    budgets, _ = device_budgets(machine, PlacementOptions())
    need = size + max(int(size * _BESIDES_SHARE), _BESIDES)
    devices = [device.name for device in machine.devices if budgets[device.name] > 0]
    on_devices = sum(budgets[name] for name in devices)
    fit: Fit = "no"
    if need <= on_devices:
        fit, sentence = "device", ErrorInfo("verdict.probably_device", {"need_bytes": need})
    elif need <= on_devices + budgets[RAM] and devices:
        fit, sentence = "divided", ErrorInfo("verdict.probably_divided", {"need_bytes": need})
    elif need <= budgets[RAM]:
        fit, sentence = "ram", ErrorInfo("verdict.probably_ram", {"need_bytes": need})
    else:
        sentence = ErrorInfo("verdict.probably_no", {"missing_bytes": need - on_devices - budgets[RAM]})
    on_devices = min(need, on_devices)
    return Verdict(
        fit=fit,
        source="sizes",
        sentence=sentence,
        device_bytes=on_devices if fit != "no" else 0,
        ram_bytes=need - on_devices if fit != "no" else 0,
        worker=fit in ("device", "divided") and any(device.kind == "rpc" for device in machine.devices),
        missing_bytes=need - on_devices - budgets[RAM] if fit == "no" else 0,
    )


def settled(closed: Verdict, now: Verdict) -> Verdict:
    """The verdict by what the machine has, `closed`, with what is lacking while other programs run, `now`.

    What runs now in spite of that is said to run.
    """
    if _RUNS[now.fit] >= _RUNS[closed.fit]:
        return closed if _RUNS[now.fit] == _RUNS[closed.fit] else now
    return msgspec.structs.replace(closed, busy_bytes=now.missing_bytes)


def _fit(plan: Plan) -> Fit:
    if not plan.fits:
        return "no"
    if _beyond_memory(plan) or plan.mode == "disk":
        return "disk"
    if not any(taken.total > taken.vision for _, taken in _on_devices(plan)):
        return "ram"
    divided = plan.dense_layers.get(RAM) or plan.expert_layers.get(RAM)
    return "divided" if divided else "device"


def _beyond_memory(plan: Plan) -> int:
    """Bytes of experts that are read from the disk, one by one or as pages."""
    return plan.paged or plan.bytes.get(DISK, DeviceBytes()).total


def _on_devices(plan: Plan) -> list[tuple[str, DeviceBytes]]:
    return [(name, taken) for name, taken in plan.bytes.items() if name not in (RAM, DISK)]


def _device_bytes(plan: Plan) -> int:
    return sum(taken.total for _, taken in _on_devices(plan))


def _on_worker(plan: Plan, machine: Machine) -> bool:
    workers = [device.name for device in machine.devices if device.kind == "rpc"]
    return any(plan.bytes[name].total for name in workers if name in plan.bytes)


def _missing(plan: Plan) -> int:
    for told in (plan.refusal, plan.explanation):
        missing = told.params.get("missing_bytes") if told else None
        if isinstance(missing, int):
            return missing
    return 0


def _sentence(plan: Plan, machine: Machine, fit: Fit, device_bytes: int, ram_bytes: int) -> ErrorInfo:
    tps = spoken_speed(plan.predicted.decode_tps)
    devices = [name for name, taken in _on_devices(plan) if taken.total]
    match fit:
        case "no":
            return _refusal(plan)
        case "disk":
            return ErrorInfo("verdict.from_disk" if plan.mode == "disk" else "verdict.disk", {"tps": tps})
        case "ram":
            return ErrorInfo("verdict.ram", {"tps": tps})
        case "device" if len(devices) == 1:
            named = spoken_names(machine, devices)
            return ErrorInfo("verdict.device", {"tps": tps, "device": named, "device_bytes": device_bytes})
        case "device":
            return ErrorInfo(
                "verdict.devices", {"tps": tps, "count": len(devices), "device_bytes": device_bytes}
            )
    if len(devices) == 1:
        named = spoken_names(machine, devices)
        return ErrorInfo(
            "verdict.divided",
            {"tps": tps, "device": named, "device_bytes": device_bytes, "ram_bytes": ram_bytes},
        )
    return ErrorInfo(
        "verdict.divided_devices",
        {"tps": tps, "count": len(devices), "device_bytes": device_bytes, "ram_bytes": ram_bytes},
    )


def _refusal(plan: Plan) -> ErrorInfo:
    refusal = plan.refusal
    if refusal is not None and refusal.code == "plan.try_shorter_context":
        asked, possible = refusal.params["asked"], refusal.params["context"]
        return ErrorInfo("verdict.shorter_context", {"asked": asked, "context": possible})
    if refusal is not None and refusal.code == "plan.try_smaller_cache":
        return ErrorInfo("verdict.smaller_cache")
    return ErrorInfo("verdict.no", {"missing_bytes": _missing(plan)})
