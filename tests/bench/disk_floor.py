"""Plans of DeepSeek-R1 on a PC with one card, its experts read from the disk, for `docs/disk.md`.

Usage: python -m tests.bench.disk_floor
"""

from __future__ import annotations

from itertools import product

from engine.placement.plan import DISK, RAM, Device, DiskReads, Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from tests.support.models.published_models import published_index

_GIB = 2**30
# Two channels of DDR5-5600, of which kernels reach two thirds.
RAM_READS = 60e9
CARD = Device("CUDA0", "gpu", "NVIDIA GeForce RTX 4090", 24 * _GIB, 24 * _GIB, link=25e9, streams=True)
FILES = {"Q4_K_M": "Q4_K_M", "UD-Q2_K_XL": "UD_Q2_K", "IQ1_S": "IQ1_S"}
MEMORY, DISKS = (64, 128), (3.5e9, 6.5e9, 12e9)


def host(memory: int, disk: float) -> Machine:
    """GiB of RAM, less 4 for the system and other programs."""
    ram = Device(RAM, "cpu", "", (memory - 4) * _GIB, memory * _GIB, RAM_READS)
    return Machine(ram, (CARD,), disk=DiskReads(disk, 100e-6), floors=True)


def row(name: str, memory: int) -> str:
    index = published_index("DeepSeek-R1", FILES[name])
    found = [plan(index, host(memory, disk), PlacementOptions()) for disk in DISKS]
    first = found[0]
    cells = [name, f"{index.bytes / 1e9:.0f} GB", f"{memory} GB", _floors(first), _hits(first)]
    return "| " + " | ".join([*cells, *map(_speed, found)]) + " |"


def table() -> str:
    headings = [
        "File",
        "Size",
        "RAM",
        "experts in VRAM, RAM, file",
        "hits",
        *(f"{disk / 1e9:g} GB/s" for disk in DISKS),
    ]
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return "\n".join([*lines, *(row(name, memory) for name, memory in product(FILES, MEMORY))])


def _floors(found: Plan) -> str:
    sizes = [found.expert_bytes.get(name, 0) for name in (CARD.name, RAM, DISK)]
    return ", ".join(f"{size / 1e9:.0f}" for size in sizes) + " GB"


def _hits(found: Plan) -> str:
    low, high = found.predicted.hit_range
    return f"{found.predicted.hit_rate:.2f} ({low:.2f} to {high:.2f})" if found.mode == "disk" else "all"


def _speed(found: Plan) -> str:
    predicted = found.predicted
    low, high = predicted.decode_range
    minutes = 2000 / predicted.prefill_tps / 60
    return f"{predicted.decode_tps:.1f} ({low:.1f} to {high:.1f}); {minutes:.1f} min"


if __name__ == "__main__":
    print(table())
