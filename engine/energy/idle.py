"""The power that a machine takes anyway, which is not an answer's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import psutil

from engine.energy.counters import Counter, read_all

IDLE_S = 10.0
_LOOK_S = 1.0
# Other programs that keep more than this share of all cores busy are no idle.
_BUSY = 0.1


def idle_watts(
    counters: Sequence[Counter],
    wait: Callable[[float], bool],
    *,
    used: Callable[[], tuple[float, float]] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> float | None:
    """Watts over ten seconds in which nothing is asked of this machine. None where other programs are at work, a
    counter is gone, or `wait`, which waits so many seconds, returns True: something was asked.

    `used`: seconds for which cores were busy, and all their seconds.
    """
    used = used or _cores_used
    joules, began, (busy, total) = 0.0, clock(), used()
    try:
        read_all(counters)
        while clock() - began < IDLE_S:
            if wait(_LOOK_S):
                return None
            joules += read_all(counters)
    except (OSError, ValueError):
        return None
    busy_then, total_then = used()
    if busy_then - busy > _BUSY * (total_then - total):
        return None
    return joules / (clock() - began)


def _cores_used() -> tuple[float, float]:
    times = psutil.cpu_times()
    total = float(sum(times))
    return total - times.idle - getattr(times, "iowait", 0.0), total
