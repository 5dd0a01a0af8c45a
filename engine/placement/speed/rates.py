"""How fast devices read, compute and are reached: measured, else by their names, else assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.placement.plan import Device, DiskReads, Placement
from engine.placement.speed.gpu_bandwidths import published_bandwidth, published_link
from engine.placement.speed.gpu_flops import reached_flops

# Where nothing was measured. RAM: two channels of DDR4-3200, 51 GB/s, of which kernels reach two thirds. Link:
# PCIe 3.0 x16 or 4.0 x8; to a worker one gigabit a second. Disk: an NVMe drive read by page faults, far below its
# sequential speed.
DEFAULT_RAM_BANDWIDTH = 34e9
DEFAULT_GPU_BANDWIDTH = 200e9
DEFAULT_LINK = 12e9
DEFAULT_NETWORK = 0.11e9
DEFAULT_DISK_BANDWIDTH = 1.5e9
# The same drive read by single experts, several at once: PCIe 3.0 x4; most drives of today are faster.
DEFAULT_DISK_READS, DEFAULT_DISK_WAIT_S = 3.0e9, 100e-6
# What decoding kernels reach of a card's published bandwidth, and of that of two dies that are read as one: Llama 7B
# writes 94 tokens of 3.8 GB a second on an M2 Ultra with 800 GB/s (llama.cpp discussion 4167).
GPU_EFFICIENCY, TWO_DIES_EFFICIENCY = 0.75, 0.45
_TWO_DIES = re.compile(r"\bm\d ultra\b")
# Floating-point operations for each byte of memory bandwidth, where a device's name tells nothing: most cards in the
# tables reach 60 and more, graphics in processors some 30, processors some 9.
GPU_FLOPS_PER_BYTE, INTEGRATED_FLOPS_PER_BYTE, CPU_FLOPS_PER_BYTE = 60, 30, 9
# Copies from memory that is not pinned; pinning is worth 1.36 to 1.56 (llama.cpp PR 14990).
UNPINNED_LINK = 0.67


def effective_bandwidth(device: Device, ram: Device) -> float:
    """Bytes per second that kernels read on a device: measured, else by its name, else assumed."""
    if device.bandwidth:
        return device.bandwidth
    if device.kind == "cpu":
        return DEFAULT_RAM_BANDWIDTH
    two = _TWO_DIES.search(device.description.lower())
    published = published_bandwidth(device.description) * (TWO_DIES_EFFICIENCY if two else GPU_EFFICIENCY)
    if published:
        return published
    if device.kind == "gpu":
        return DEFAULT_GPU_BANDWIDTH * GPU_EFFICIENCY
    return ram.bandwidth or DEFAULT_RAM_BANDWIDTH


def effective_flops(device: Device, ram: Device) -> float:
    """Floating-point operations per second that prompts reach on a device with many tokens at once."""
    known = device.flops or reached_flops(device.description)
    if known:
        return known
    bandwidth = effective_bandwidth(device, ram)
    if device.kind == "gpu":
        return bandwidth / GPU_EFFICIENCY * GPU_FLOPS_PER_BYTE
    per_byte = INTEGRATED_FLOPS_PER_BYTE if device.kind == "integrated_gpu" else CPU_FLOPS_PER_BYTE
    return bandwidth * per_byte


def plain_flops(device: Device, ram: Device) -> float:
    """The same of products that a processor's matrix units take no part in: with routed experts, in attention, and
    with weights that lie as they do in the file."""
    return device.plain_flops or effective_flops(device, ram)


def device_link(device: Device, placement: Placement) -> float:
    """Bytes per second that reach a device from the RAM of a model that is placed so."""
    assumed = DEFAULT_NETWORK if device.kind == "rpc" else published_link(device.description) or DEFAULT_LINK
    return (device.link or assumed) * (1 if placement.load_mode == "pinned" else UNPINNED_LINK)


def disk_rate(disk: DiskReads) -> float:
    """Bytes per second of single experts that are read at once: measured, else assumed."""
    return disk.bandwidth or (DEFAULT_NETWORK if disk.remote else DEFAULT_DISK_READS)


def fastest_link(devices: Mapping[str, Device], placement: Placement) -> float:
    """The fastest link of the placement's devices that experts can be copied to."""
    links = [device_link(devices[name], placement) for name in placement.devices if devices[name].streams]
    return max(links, default=DEFAULT_LINK)
