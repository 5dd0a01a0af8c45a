"""A machine made of words: "RTX 4090 24GB", "Ryzen 9 7950X", "DDR4-3200 4ch"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from engine.placement.plan import RAM, Device, Machine
from engine.placement.processor import processor_flops

# What kernels read of the bandwidth by specification.
KERNELS_REACH = 0.67
# What one core reads, in bytes per second: large cores of desktops, and those of servers with many of them.
_DESKTOP_CORE, _SERVER_CORE = 10e9, 3.5e9
_SERVER_CORES = 24
# Channels and mega-transfers of RAM by processor, where words leave them out.
_PROCESSORS = """
    epyc 9 = 12 4800, epyc [78]\\d{2}1 = 8 2667, epyc 7 = 8 3200, threadripper pro [79] = 8 4800,
    threadripper pro = 8 3200, threadripper [79] = 4 4800, threadripper = 4 3200, xeon 6 = 12 6400,
    xeon w-?\\d?-?[23]4 = 8 4800, xeon .*v[34] = 4 2133, xeon = 6 2933, i9-(10|9|7)9\\d\\dx = 4 3200,
    ryzen \\w+ [79]\\d{3} = 2 5600, ryzen ai = 2 7500, ryzen = 2 3200, core ultra = 2 6400,
    i[3579]-1[34] = 2 5600, i[3579]-12 = 2 4800, i[3579] = 2 3200
"""
_CORES = """
    7950x 16, 9950x 16, 5950x 16, 3950x 16, 7945hx 16, 7900x 12, 9900x 12, 5900x 12, 3900x 12, 7700x 8, 9700x 8,
    9800x3d 8, 7800x3d 8, 5800x 8, 5700x 8, 5600x 6, 7600x 6, 9600x 6, 14900 24, 13900 24, 12900 16, 14700 20,
    13700 16, 12700 12, 13600 14, 12600 10, 10900x 10, 5955wx 16, 5965wx 24, 5975wx 32, 5995wx 64, 7965wx 24,
    7975wx 32, 7985wx 64, 7995wx 96, 9654 96, 9655 96, 9554 64, 9354 32, 9374f 32, 7763 64, 7773x 64, 7702 64,
    7742 64, 7532 32, 7343 16, 7302 16, 6980p 128, 6960p 72, 8480 56, 8592 64, 2650 12, 2699 22, max+ 395 16
"""
_FIRST_MEMORY = re.compile(r"\b(\d+)\s*(?:GB|GiB)", re.IGNORECASE)
_DDR = re.compile(r"(LP)?DDR(\d)X?(?:[ -](\d{4,5}))?", re.IGNORECASE)
_CHANNELS = re.compile(r"(\d+)\s*(?:ch\b|channels?)", re.IGNORECASE)
_BITS = re.compile(r"(\d+)[ -]?bit", re.IGNORECASE)
_THREADS = re.compile(r"(\d+)\s*(?:threads|cores|cpus)", re.IGNORECASE)
_UNIFIED = re.compile(
    r"unified|integrated|igpu|\bGB10\b|strix halo|8060s|[67]80m|890m|jetson|apple"
    r"|\bM\d(?: (?:Pro|Max|Ultra))?\b",
    re.IGNORECASE,
)
_USUAL_RATES = {3: 1600, 4: 3200, 5: 5600}
_GB = 10**9
_PLENTY = 2**42


class Words(NamedTuple):
    """What a table says of a machine. `ram_gbps` is the bandwidth of RAM by specification, 0: not said."""

    gpu: str
    gpus: int
    cpu: str
    ram: str
    ram_gbps: float


class Described(NamedTuple):
    """The machine, and whether RAM's bandwidth is by specification (True) or assumed from its kind."""

    machine: Machine
    ram_known: bool


def described(words: Words) -> Described:
    """The machine of these words. Cards have the memory that their name states, else plenty."""
    spec, known = _ram_bandwidth(words)
    cores = _cores(words.cpu)
    reached = spec * KERNELS_REACH
    if cores:
        reached = min(reached, cores * (_SERVER_CORE if cores >= _SERVER_CORES else _DESKTOP_CORE))
    ram = Device(
        RAM, "cpu", words.cpu, _PLENTY, _PLENTY, bandwidth=reached, flops=processor_flops(cores, words.cpu)
    )
    return Described(Machine(ram, tuple(_cards(words))), known)


def memory_of(gpu: str) -> int:
    """Bytes of a card's memory by its words, 0: not said."""
    stated = _FIRST_MEMORY.search(gpu)
    return int(stated[1]) * 2**30 if stated else 0


def _cards(words: Words) -> Iterator[Device]:
    unified = bool(_UNIFIED.search(words.gpu))
    memory = memory_of(words.gpu) or _PLENTY
    for number in range(words.gpus if words.gpu else 0):
        kind = "integrated_gpu" if unified else "gpu"
        yield Device(f"CUDA{number}", kind, words.gpu, memory, memory, streams=not unified)  # type: ignore[arg-type]


def _ram_bandwidth(words: Words) -> tuple[float, bool]:
    if words.ram_gbps:
        return words.ram_gbps * _GB, True
    kind, channels, bits = _DDR.search(words.ram), _CHANNELS.search(words.ram), _BITS.search(words.ram)
    usual_channels, usual_rate = _usual(words)
    rate = usual_rate
    if kind:
        generation = int(kind[2])
        same = usual_rate if (usual_rate > 4000) == (generation >= 5) else 0
        rate = int(kind[3]) if kind[3] else same or _USUAL_RATES.get(generation, usual_rate)
    count = int(channels[1]) if channels else int(bits[1]) / 64 if bits else usual_channels
    return count * rate * 8e6, bool(kind and kind[3] and (channels or bits))


def _usual(words: Words) -> tuple[int, int]:
    """Channels and transfers of the processor's usual RAM; where it is not named, two channels of DDR5."""
    named = words.cpu.lower()
    for row in _PROCESSORS.split(","):
        pattern, _, figures = row.strip().partition(" = ")
        if re.search(rf"\b{pattern}", named):
            channels, rate = map(int, figures.split())
            return channels, rate
    return 2, 5600


def _cores(cpu: str) -> int:
    """Cores at work: those that words state, else all of a known processor's; 0: not known."""
    stated = _THREADS.search(cpu)
    if stated:
        return int(stated[1])
    named = cpu.lower()
    for row in _CORES.split(","):
        name, _, count = row.strip().rpartition(" ")
        if name in named:
            return int(count)
    return 0
