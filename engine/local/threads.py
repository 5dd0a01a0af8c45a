"""Thread counts for llama.cpp."""

from __future__ import annotations

from typing import NamedTuple

import psutil

from engine.placement.plan import ExpertCache, Machine

# An upload thread is worth its core where so many are left to compute.
FEWEST_THREADS = 4


def default_threads() -> int:
    """One thread per physical core: hyperthreads slow matrix products down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


class Threads(NamedTuple):
    """Threads for llama.cpp, and whether one more uploads experts to the device."""

    computing: int
    brings: bool


def threads_for(cache: ExpertCache, machine: Machine, threads: int) -> Threads:
    """Share `threads` with a cache: a card gets an upload thread, taken from those that compute. A worker
    may be used by one thread only."""
    kinds = {device.name: device.kind for device in machine.devices}
    is_card = kinds.get(cache.device) in ("gpu", "integrated_gpu")
    brings = is_card and threads >= FEWEST_THREADS
    return Threads(threads - 1 if brings else threads, brings)
