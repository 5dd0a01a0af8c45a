"""Predicted speeds: what must make them higher or lower, and how near they come to published ones."""

from __future__ import annotations

import msgspec
import pytest

from engine.placement.plan import (
    DISK,
    RAM,
    CardSlots,
    Device,
    ExpertCache,
    Machine,
    PlacementOptions,
    Plan,
)
from engine.placement.planner import plan
from engine.placement.speed.gpu_bandwidths import published_bandwidth
from engine.placement.speed.reads import Reads, bytes_per_token
from tests.bench.published_speeds import PUBLISHED_SPEEDS, predicted_decode
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, gpu, machine, worker


def planned(
    *devices: Device, memory: int = 96, options: PlacementOptions | None = None, **ram_facts: float
) -> Plan:
    host = machine(memory * GB, *devices)
    host = msgspec.structs.replace(host, ram=msgspec.structs.replace(host.ram, **ram_facts))
    return plan(published_index("gpt-oss-120b"), host, options or PlacementOptions())


def test_published_speeds_are_met_by_most_predictions() -> None:
    ratios = [predicted_decode(case)[0] / case.decode_tps for case in PUBLISHED_SPEEDS]
    assert sum(0.7 <= ratio <= 1.4 for ratio in ratios) >= 6


@pytest.mark.parametrize(
    ("description", "bandwidth"),
    [
        ("NVIDIA GeForce RTX 3060", 360e9),
        ("NVIDIA GeForce RTX 3060 Ti", 448e9),
        ("NVIDIA GeForce RTX 5070 Ti", 896e9),
        ("AMD Radeon RX 7900 XTX (RADV NAVI31)", 960e9),
        ("Intel(R) Arc(TM) A770 Graphics", 560e9),
        ("NVIDIA H100 80GB HBM3", 3350e9),
        ("llvmpipe (LLVM 19.1.7, 256 bits)", 0),
        ("", 0),
    ],
)
def test_cards_are_known_by_their_names(description: str, bandwidth: float) -> None:
    assert published_bandwidth(description) == bandwidth


def test_faster_memory_is_faster() -> None:
    slow = planned(gpu(16 * GB), bandwidth=30e9)
    fast = planned(gpu(16 * GB), bandwidth=60e9)
    assert fast.predicted.decode_tps > 1.4 * slow.predicted.decode_tps
    better_card = planned(gpu(16 * GB, description="NVIDIA GeForce RTX 5080"), bandwidth=30e9)
    assert better_card.predicted.decode_tps > slow.predicted.decode_tps


def test_what_was_measured_narrows_the_range() -> None:
    def width(found: Plan) -> float:
        return found.predicted.decode_range[1] / found.predicted.decode_range[0]

    unknown = planned(gpu(16 * GB, description="Some Card"))
    named = planned(gpu(16 * GB))
    measured_ram = planned(gpu(16 * GB), bandwidth=60e9)
    measured = planned(gpu(16 * GB, bandwidth=300e9), bandwidth=60e9)
    assert width(unknown) > width(named) > width(measured_ram) > width(measured) > 1
    remote = planned(worker(16 * GB), bandwidth=60e9)
    assert width(remote) > width(measured)


def test_a_range_holds_its_prediction() -> None:
    for found in (planned(), planned(gpu(8 * GB)), planned(memory=16)):
        low, high = found.predicted.decode_range
        assert low < found.predicted.decode_tps < high
        low, high = found.predicted.prefill_range
        assert low < found.predicted.prefill_tps < high


def test_streaming_prompts_is_faster_than_computing_their_experts_in_ram() -> None:
    streamed = planned(gpu(16 * GB, link=25e9))
    resident = planned(gpu(16 * GB, link=25e9), options=PlacementOptions(mode="resident"))
    assert streamed.predicted.prefill_tps > 2 * resident.predicted.prefill_tps


def test_a_larger_ubatch_streams_experts_less_often() -> None:
    small, large = (
        planned(gpu(16 * GB), options=PlacementOptions(ubatch=size)).predicted for size in (512, 2048)
    )
    assert large.prefill_tps > 1.5 * small.prefill_tps


def test_streaming_every_token_is_bound_by_the_link() -> None:
    slow, fast = (
        planned(gpu(16 * GB, link=link), options=PlacementOptions(mode="streamed")).predicted.decode_tps
        for link in (6e9, 50e9)
    )
    assert fast > 3 * slow


def test_a_faster_disk_pages_faster() -> None:
    index = published_index("gpt-oss-120b")
    ram = Device(RAM, "cpu", "", 32 * GB, 32 * GB)
    slow, fast = (
        plan(index, Machine(ram, (), bandwidth), PlacementOptions()).predicted.decode_tps
        for bandwidth in (0.5e9, 5e9)
    )
    assert fast > 3 * slow


def test_a_network_hop_costs_more_than_a_local_one() -> None:
    near = planned(gpu(16 * GB, description="Some Card", bandwidth=34e9))
    far = planned(worker(16 * GB))
    assert far.predicted.decode_tps < near.predicted.decode_tps


def test_what_a_token_reads_is_the_same_wherever_it_lies() -> None:
    everywhere = [
        planned(),
        planned(gpu(12 * GB)),
        planned(gpu(12 * GB), options=PlacementOptions(mode="resident")),
    ]
    for found in everywhere:
        told = found.predicted.bytes_per_token
        assert set(told) == {*found.placement.devices, RAM}
    sums = [sum(found.predicted.bytes_per_token.values()) for found in everywhere]
    assert sums[1:] == pytest.approx([sums[0]] * 2, rel=0.03)  # the contexts' KV caches differ a little
    active = published_index("gpt-oss-120b").active_bytes_per_token
    assert active < sums[0] < 1.2 * active


def test_hits_are_read_from_the_card_and_misses_from_ram() -> None:
    reads = {"CUDA0": Reads(dense=100, cache=20), RAM: Reads(dense=7)}
    cache = ExpertCache("CUDA0", (), 0)
    told = bytes_per_token(reads, [(1000.0, 0.75, 0.0)], cache)
    assert told == {"CUDA0": 870, RAM: 257}
    brought = msgspec.structs.replace(cache, misses="brought")
    assert bytes_per_token(reads, [(1000.0, 0.75, 0.0)], brought) == {"CUDA0": 1120, RAM: 257}
    above = ExpertCache(RAM, (), 0, 16, "brought", DISK, above=CardSlots("CUDA0", (), 0))
    assert bytes_per_token(reads, [(1000.0, 0.75, 0.5)], above) == {"CUDA0": 620, RAM: 507, DISK: 250}
    assert bytes_per_token({"CUDA0": Reads(dense=5), RAM: Reads()}, [], None) == {"CUDA0": 5}
