"""Fallbacks: what to give up next when a plan could not be loaded."""

from __future__ import annotations

import msgspec

from engine.placement.candidate import SMALLEST_CONTEXT
from engine.placement.plan import MOST_LAYERS, RAM, Fallback, PlacementOptions, Plan

SMALLEST_UBATCH = 128


def next_fallback(plan: Plan, options: PlacementOptions) -> PlacementOptions | None:
    """The options with one fallback more, None if nothing is left to give up.

    `plan` is the one that failed under `options`. Order: heads that predict, memory that need not be pinned,
    layers on devices one by one (of a cache of experts as many slots), no cache of experts, a smaller ubatch, a
    shorter context.
    """
    made = options.fallbacks
    on_devices = any(
        layers
        for where in (plan.expert_layers, plan.dense_layers)
        for device, layers in where.items()
        if device != RAM
    )
    possible: dict[Fallback, bool] = {
        "without_mtp": plan.placement.mtp,
        "unpinned": plan.placement.load_mode == "pinned" and plan.mode != "disk" and "unpinned" not in made,
        "layer": on_devices and made.count("layer") < MOST_LAYERS,
        "uncached": plan.placement.expert_cache is not None,
        "ubatch": plan.placement.ubatch > SMALLEST_UBATCH,
        "context": plan.placement.context > SMALLEST_CONTEXT,
    }
    following = next((fallback for fallback, can in possible.items() if can), None)
    if following is None:
        return None
    return msgspec.structs.replace(options, fallbacks=(*made, following))
