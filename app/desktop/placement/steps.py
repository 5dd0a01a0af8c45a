"""The steps of the sliders: contexts double, budgets go in hundredths of what a device has free. Pure."""

from __future__ import annotations

from bisect import bisect_left

SMALLEST_CONTEXT = 1024
BUDGET_STEPS = 100


def context_steps(longest: int) -> tuple[int, ...]:
    """Lengths from 1,024 to `longest` tokens: powers of two, one step between each two, and the end itself."""
    steps, length = [], SMALLEST_CONTEXT
    while length < longest:
        steps.append(length)
        between = length + length // 2
        if between < longest:
            steps.append(between)
        length *= 2
    return (*steps, longest) if longest > 0 else (SMALLEST_CONTEXT,)


def nearest_step(steps: tuple[int, ...], value: int) -> int:
    """The index of the step that is closest to a value."""
    index = bisect_left(steps, value)
    if index == 0:
        return 0
    if index == len(steps):
        return len(steps) - 1
    return index if steps[index] - value < value - steps[index - 1] else index - 1


def budget_steps(free: int) -> tuple[int, ...]:
    """Budgets from nothing to all that is free, in bytes."""
    if free <= 0:
        return (0,)
    count = min(BUDGET_STEPS, free)
    return tuple(free * step // count for step in range(count + 1))
