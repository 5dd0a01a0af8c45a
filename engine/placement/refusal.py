"""The smallest change that would make a model fit, found by planning again with the change made."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from engine.errors import ErrorInfo
from engine.placement.candidate import SMALLEST_CONTEXT, Candidate, work_out
from engine.placement.estimate import CELLS
from engine.placement.explain import spoken_names
from engine.placement.plan import RAM, PlacementOptions
from engine.placement.planning_input import Choice, Given


def smallest_change(given: Given, options: PlacementOptions, candidate: Candidate) -> ErrorInfo:
    """A cache in half the bytes, else a shorter context, else a larger budget where there is free memory, else
    how much memory is missing."""
    choice = candidate.choice
    if choice.cache_type in ("f16", "bf16") and _fits(
        given, msgspec.structs.replace(choice, cache_type="q8_0")
    ):
        return ErrorInfo("plan.try_smaller_cache", {"missing_bytes": candidate.missing})
    context = longest_that_fits(given, choice)
    if context:
        return ErrorInfo("plan.try_shorter_context", {"context": context, "asked": choice.context})
    return _larger_budget(given, options, choice) or ErrorInfo(
        "plan.needs_memory", {"missing_bytes": _more_needed(given, choice, RAM) or candidate.missing}
    )


def _fits(given: Given, choice: Choice) -> bool:
    return work_out(given, choice).fits


def longest_that_fits(given: Given, choice: Choice) -> int:
    """The longest shorter context, 0 when even a very short one does not help."""

    def fits(cells: int) -> bool:
        return _fits(given, msgspec.structs.replace(choice, context=cells * CELLS))

    low, high = SMALLEST_CONTEXT // CELLS, -(-choice.context // CELLS)
    if low >= high or not fits(low):
        return 0
    return _boundary(low, high, fits) * CELLS


def _boundary(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest number from `low`, which fits, to `high`, which does not."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _larger_budget(given: Given, options: PlacementOptions, choice: Choice) -> ErrorInfo | None:
    """The budget that the user kept small although the device has more."""
    for name in options.budgets:
        device = given.device(name)
        more = _more_needed(given, choice, name)
        if more and given.budgets[name] + more <= device.free:
            named = "RAM" if name == RAM else spoken_names(given.machine, (name,))
            return ErrorInfo("plan.try_budget", {"device": named, "wanted_bytes": given.budgets[name] + more})
    return None


_STEP = 2**20


def _more_needed(given: Given, choice: Choice, name: str) -> int:
    """Bytes, in whole MiB, by which this device's budget would have to grow; 0 when that alone cannot help."""

    def fails(steps: int) -> bool:
        budgets = given.budgets | {name: given.budgets[name] + steps * _STEP}
        devices = tuple(
            device.name
            for device in given.machine.devices
            if device.name in choice.devices or (device.name == name and choice.mode != "cpu")
        )
        wider = msgspec.structs.replace(given, budgets=budgets)
        return not _fits(wider, msgspec.structs.replace(choice, devices=devices))

    enough = 2 * given.index.bytes // _STEP + 1024
    if fails(enough):
        return 0
    return (_boundary(0, enough, fails) + 1) * _STEP
