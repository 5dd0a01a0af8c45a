"""The cores that all who are compared run on."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil


def pin() -> list[int]:
    """Keep this process and all that it starts on one logical processor of each physical core; which ones.

    Where the system cannot do that, nothing is pinned: [].
    """
    if sys.platform != "linux":
        return []
    process = psutil.Process()
    cores: dict[str, int] = {}
    for number in sorted(process.cpu_affinity()):
        siblings = Path(f"/sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list")
        cores.setdefault(siblings.read_text() if siblings.is_file() else str(number), number)
    chosen = sorted(cores.values())
    process.cpu_affinity(chosen)
    return chosen
