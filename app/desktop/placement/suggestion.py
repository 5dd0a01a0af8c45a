"""Wishes that cannot be, and the smallest change that makes a refused plan work, as the refusal names it. Pure."""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.placement.plan import RAM, Machine, PlacementOptions

_OF_WISHES = (
    "placement.mode_impossible",
    "placement.unknown_device",
    "placement.negative_budget",
    "placement.bad_number",
    "engine.context_too_long",
)


def is_of_options(error: UserError | None) -> bool:
    """Whether there is no plan because of what is wished, and not of what is there."""
    return error is not None and error.code in _OF_WISHES


def suggested_options(
    refusal: ErrorInfo | None, options: PlacementOptions, machine: Machine
) -> PlacementOptions | None:
    """Wishes with that change: a smaller kind of context, a shorter one, or a larger budget.

    None where it is nothing that a wish can change (more memory, a smaller model).
    """
    if refusal is None:
        return None
    if refusal.code == "plan.try_smaller_cache":
        return msgspec.structs.replace(options, cache_type="q8_0")
    context = refusal.params.get("context")
    if refusal.code == "plan.try_shorter_context" and isinstance(context, int):
        return msgspec.structs.replace(options, context=context)
    wanted = refusal.params.get("wanted_bytes")
    if refusal.code == "plan.try_budget" and isinstance(wanted, int):
        spoken = str(refusal.params.get("device", ""))
        name = next((name for name in options.budgets if _is_spoken(name, spoken, machine)), None)
        if name is not None:
            return msgspec.structs.replace(options, budgets={**options.budgets, name: wanted})
    return None


def _is_spoken(name: str, spoken: str, machine: Machine) -> bool:
    """Whether a refusal means the device `name`: it says "RAM", "GPU" for the only one, or the name first."""
    if name == RAM:
        return spoken == "RAM"
    if spoken == "GPU":
        return any(device.name == name and device.kind != "rpc" for device in machine.devices)
    return spoken.partition(" ")[0] == name
