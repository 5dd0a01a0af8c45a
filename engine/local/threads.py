"""Thread counts for llama.cpp."""

from __future__ import annotations

import psutil

from engine.placement.plan import ExpertCache, Machine

# An upload thread is worth its core where so many are left to compute.
FEWEST_THREADS = 4


def default_threads() -> int:
    """One thread per physical core: hyperthreads slow matrix products down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def threads_for(cache: ExpertCache, machine: Machine, threads: int) -> tuple[int, bool]:
    """Share `threads` with a cache: those for llama.cpp, and whether one more uploads experts to the device. A card
    gets an upload thread, taken from those that compute. A worker may be used by one thread only."""
    kinds = {device.name: device.kind for device in machine.devices}
    is_card = kinds.get(cache.device) in ("gpu", "integrated_gpu")
    brings = is_card and threads >= FEWEST_THREADS
    return threads - 1 if brings else threads, brings
