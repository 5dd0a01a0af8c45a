"""Plans for published models on many machines, and predictions beside speeds that others measured."""

from __future__ import annotations

import statistics
import time
from itertools import product

import msgspec

from engine.errors import UserError
from engine.placement.plan import RAM, Device, Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from tests.bench.published_speeds import PUBLISHED_SPEEDS, predicted_decode
from tests.support.models.published_models import PUBLISHED, published_index

_GB = 10**9
# A usual card of each size.
CARDS = {
    0: "",
    6: "NVIDIA GeForce RTX 2060",
    8: "NVIDIA GeForce RTX 4060",
    12: "NVIDIA GeForce RTX 3060",
    24: "NVIDIA GeForce RTX 3090",
    48: "NVIDIA RTX A6000",
    80: "NVIDIA H100 PCIe",
}
RAM_SIZES = (16, 32, 64, 128, 256, 512)
_LETTERS = {
    "cpu": "C",
    "layers": "L",
    "resident": "R",
    "streamed_prompts": "S",
    "streamed": "T",
    "cached": "K",
}


def machine(vram: int, memory: int) -> Machine:
    """A PC with GB of VRAM and RAM, all of it free."""
    ram = Device(RAM, "cpu", "", memory * _GB, memory * _GB)
    if not vram:
        return Machine(ram)
    return Machine(ram, (Device("CUDA0", "gpu", CARDS[vram], vram * _GB, vram * _GB, streams=True),))


def plans() -> dict[tuple[str, int], list[Plan]]:
    """For each model and size of card the plans by size of RAM."""
    return {
        (name, vram): [
            plan(published_index(name), machine(vram, memory), PlacementOptions()) for memory in RAM_SIZES
        ]
        for name in PUBLISHED
        for vram in CARDS
    }


def cell(found: Plan) -> str:
    """Mode, expert layers (of a dense model: layers) on the card, tok/s; `~` where experts are paged."""
    if not found.fits:
        return "-"
    held = len((found.dense_layers if found.mode == "layers" else found.expert_layers).get("CUDA0", ()))
    speed = found.predicted.decode_tps
    shown = f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"
    return f"{_LETTERS[found.mode]}{held:<2} {'~' if found.paged else ''}{shown}"


class CachedBeside(msgspec.Struct, frozen=True):
    """A plan with a cache of experts (None: not the least slots fit) beside the best one with whole layers, on a card
    of `vram` GB and RAM that kernels read at `ram` bytes per second. `chosen`: without being asked for."""

    model: str
    vram: int
    ram: float
    cached: Plan | None
    whole: Plan
    chosen: bool


# What kernels reach of two channels of DDR4-3200 and of DDR5-5600.
RAM_SPEEDS = (34e9, 60e9)
CACHED_ON = (8, 12, 24)


def cached_beside() -> list[CachedBeside]:
    """Each published mixture on each card, with 128 GB of RAM."""
    found = []
    for name in PUBLISHED:
        index = published_index(name)
        for vram, ram in product(CACHED_ON, RAM_SPEEDS):
            host = machine(vram, 128)
            host = msgspec.structs.replace(host, ram=msgspec.structs.replace(host.ram, bandwidth=ram))
            with_library = msgspec.structs.replace(host, caches=True)
            if not index.experts:
                continue
            try:
                cached = plan(index, with_library, PlacementOptions(mode="cached"))
            except UserError:
                cached = None
            chosen = plan(index, with_library, PlacementOptions()).mode == "cached"
            found.append(CachedBeside(name, vram, ram, cached, plan(index, host, PlacementOptions()), chosen))
    return found


def cached_cell(found: CachedBeside) -> str:
    """Whole layers, slots of the others, hit rate with its range, and both speeds."""
    whole = f"{'~' if found.whole.paged else ''}{found.whole.predicted.decode_tps:.1f}"
    cache = found.cached.placement.expert_cache if found.cached else None
    if found.cached is None or cache is None:
        return f"not the least slots; {whole}"
    predicted = found.cached.predicted
    counts = sorted({layer.slots for layer in cache.layers})
    slots = f"{'-'.join(map(str, counts[:: len(counts) - 1 or 1]))}/{published_index(found.model).experts}"
    hits = f"{predicted.hit_rate:.2f} ({predicted.hit_range[0]:.2f}-{predicted.hit_range[1]:.2f})"
    speed = f"{'~' if found.cached.paged else ''}{predicted.decode_tps:.1f}"
    alone = len(found.cached.expert_layers["CUDA0"])
    held = f"{alone:>2} + {slots:>10} ({len(cache.layers):>2})"
    return f"{held}  {hits}  {speed:>6} {whole:>6}{' *' if found.chosen else ''}"


class Comparison(msgspec.Struct, frozen=True):
    """One published speed and the prediction for it."""

    model: str
    where: str
    measured: float
    predicted: float
    low: float
    high: float
    assumed: bool

    @property
    def ratio(self) -> float:
        return self.predicted / self.measured


def comparisons() -> list[Comparison]:
    """In the order of the data."""
    found = []
    for case in PUBLISHED_SPEEDS:
        decode, (low, high) = predicted_decode(case)
        cards = " + ".join(card.removeprefix("NVIDIA ").removeprefix("GeForce ") for card in case.cards)
        held = {0: "", 999: ", experts in RAM"}.get(case.cpu_experts, f", {case.cpu_experts} layers in RAM")
        where = (cards or "CPU") + (held if cards else "")
        found.append(Comparison(case.model, where, case.decode_tps, decode, low, high, case.assumed))
    return found


def planning_ms() -> float:
    """The slowest kind of plan: 61 layers of 256 experts on two cards of 24 GB, median of 15."""
    index = published_index("DeepSeek-R1")
    host = machine(24, 512)
    second = msgspec.structs.replace(host.devices[0], name="CUDA1")
    ram = msgspec.structs.replace(host.ram, bandwidth=RAM_SPEEDS[1])
    host = Machine(ram, (*host.devices, second), caches=True)
    taken = []
    for _ in range(15):
        started = time.perf_counter()
        plan(index, host, PlacementOptions())
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000
