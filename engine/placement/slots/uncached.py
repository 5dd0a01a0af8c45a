"""Plans without an impossible expert cache, and says why it was left out."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.expert_cache.library import plugin_state
from engine.placement.plan import Machine, PlacementOptions, Plan


def or_uncached(
    make: Callable[[PlacementOptions], Plan], machine: Machine, options: PlacementOptions
) -> Plan:
    """The plan that `make` makes for these options. Where the library of the cache is not there, or there is no room
    for the least slots, it is one without a cache, and the last two of its notices say so and why.

    Raises UserError as `make` does, but not `cache.too_small`.
    """
    requested = options.mode == "cached" and "uncached" not in options.fallbacks
    problem = plugin_state().problem if requested and not machine.caches else None
    try:
        plan = make(options)
    except UserError as error:
        if error.code != "cache.too_small":
            raise
        problem = error.info
        plan = make(options.without_cache())
    if problem is None:
        return plan
    return msgspec.structs.replace(plan, notices=(*plan.notices, ErrorInfo("cache.without"), problem))
