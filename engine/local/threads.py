"""Thread counts for llama.cpp."""

from __future__ import annotations

from collections.abc import Mapping

import psutil

# With no more than these, all of them are needed to read as fast as can be.
FEWEST_THREADS = 4
# Two measurements of the same differ by a few percent.
CLEARLY = 1.05


def default_threads() -> int:
    """One thread per physical core: hyperthreads slow matrix products down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def decode_candidates(threads: int) -> tuple[int, ...]:
    """Numbers of threads that are worth trying for a token, which memory is the limit of: on processors of many cores
    some read it faster than all (R1 on a Xeon 6980P: 64 threads 9.65 tokens a second, 128 threads 8.49)."""
    return (threads, threads * 3 // 4, threads // 2) if threads > FEWEST_THREADS else (threads,)


def fastest(bandwidths: Mapping[int, float]) -> int:
    """Of numbers of threads with what each reads, all of them unless fewer are clearly faster."""
    most = max(bandwidths)
    best = max(bandwidths, key=lambda count: bandwidths[count])
    return best if bandwidths[best] > CLEARLY * bandwidths[most] else most
