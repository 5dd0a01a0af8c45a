"""`coterie plan`: the placement of a model on this machine and its predicted speed, without loading it."""

from __future__ import annotations

from typing import Any

import msgspec

from app import paths
from app.cli.named import path_of
from app.cli.output import Output, error_object
from app.cli.placement_options import PlacementFlags
from app.cli.plan_report import all_devices, report
from app.language import Language
from app.messages import localized_error
from app.services.placement.placements import open_placements
from engine.placement.plan import DISK, RAM, DeviceBytes, Plan, PlannedModel


def plan(model: str, options: PlacementFlags, output: Output) -> int:
    """Print the plan; 0 when the model fits, 1 with the reason when it does not.

    For a model on the hub that was not downloaded, the header is fetched. Raises UserError for an invalid
    file, an unreachable worker and a missing device.
    """
    path = path_of(model)
    if path is None:
        from app.cli.remote import remote_plan

        planned = remote_plan(model, options, output)
    else:
        with open_placements(paths.home()) as placements:
            planned = placements.exact(path, options.over(placements.options_for(path)))
    made = planned.plan
    if output.json:
        output.object(plan_object(planned, output.language))
    else:
        output.text(report(planned, output.language))
        for notice in made.notices:
            output.tell(notice)
    if made.fits:
        return 0
    if made.refusal is not None:
        output.tell(made.refusal)
    return 1


def plan_object(planned: PlannedModel, language: Language) -> dict[str, Any]:
    """The plan in the contract's JSON."""
    model = msgspec.to_builtins(planned)
    return {
        "model": {name: model[name] for name in _MODEL},
        "devices": [
            {
                "name": device.name,
                "kind": device.kind,
                "description": device.description,
                "free": device.free,
                "budget": planned.plan.budgets.get(device.name, 0),
            }
            for device in all_devices(planned)
        ],
        "plan": plan_values(planned.plan, language),
    }


_MODEL = (
    "architecture",
    "experts",
    "experts_used",
    "parameters",
    "active_parameters",
    "bytes",
    "expert_bytes",
    "active_bytes_per_token",
)


def bytes_value(taken: DeviceBytes) -> dict[str, int]:
    """Bytes on one device; those of sight only where there are some."""
    value: dict[str, int] = msgspec.to_builtins(taken)
    if not taken.vision:
        del value["vision"]
    return value


def _predicted(plan: Plan) -> dict[str, Any]:
    """What a token reads is told by device and, for a model on three floors, also by floor."""
    value: dict[str, Any] = msgspec.to_builtins(plan.predicted)
    if plan.mode == "disk":
        by_device = plan.predicted.bytes_per_token
        ram, disk = (by_device.get(name, 0) for name in (RAM, DISK))
        value["bytes_per_token"] |= {"VRAM": sum(by_device.values()) - ram - disk, "RAM": ram, "DISK": disk}
    return value


def plan_values(plan: Plan, language: Language) -> dict[str, Any]:
    """A plan as JSON, sentences in `language`."""
    placement = plan.placement
    return {
        "context": placement.context,
        "ubatch": placement.ubatch,
        "sequences": placement.sequences,
        "mode": plan.mode,
        "expert_layers": {name: list(layers) for name, layers in plan.expert_layers.items()},
        "dense_layers": {name: list(layers) for name, layers in plan.dense_layers.items()},
        "partial": msgspec.to_builtins(plan.partial),
        "overrides": [[override.pattern, override.device] for override in placement.overrides],
        "bytes": {name: bytes_value(taken) for name, taken in plan.bytes.items()},
        "expert_bytes": plan.expert_bytes,
        "paged": plan.paged,
        "attention": placement.attention,
        "kv_type": placement.cache_type_k,
        "mtp": placement.mtp,
        "cache_types": [placement.cache_type_k, placement.cache_type_v],
        "load_mode": placement.load_mode,
        "expert_cache": msgspec.to_builtins(placement.expert_cache),
        "fits": plan.fits,
        "measured": plan.measured,
        "predicted": _predicted(plan),
        "explanation": localized_error(plan.explanation, language),
        "notices": [error_object(notice, language) for notice in plan.notices],
        "refusal": error_object(plan.refusal, language) if plan.refusal else None,
    }
