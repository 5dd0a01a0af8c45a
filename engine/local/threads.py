"""How many threads llama.cpp gets, and what takes of them."""

from __future__ import annotations

from typing import NamedTuple

import psutil

from engine.placement.plan import ExpertCache, Machine

# A thread that brings experts is worth its core where so many are left to compute.
FEWEST_THREADS = 4


def default_threads() -> int:
    """One thread per physical core: a second one per core slows matrix products down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


class Threads(NamedTuple):
    """Threads for llama.cpp, and whether one more brings experts to the device."""

    computing: int
    brings: bool


def threads_for(cache: ExpertCache, machine: Machine, threads: int) -> Threads:
    """How a cache shares `threads`: to a card experts are copied beside the steps, by a thread that is taken from
    those that compute. A worker is spoken to from one thread alone."""
    kinds = {device.name: device.kind for device in machine.devices}
    is_card = kinds.get(cache.device) in ("gpu", "integrated_gpu")
    brings = is_card and threads >= FEWEST_THREADS
    return Threads(threads - 1 if brings else threads, brings)
