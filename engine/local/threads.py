"""How many threads llama.cpp gets."""

from __future__ import annotations

import psutil


def default_threads() -> int:
    """One thread per physical core: a second one per core slows matrix products down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
