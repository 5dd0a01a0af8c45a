"""Plans written by hand, of the sizes that real models have."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import (
    DISK,
    RAM,
    CachedLayer,
    CardSlots,
    Device,
    DeviceBytes,
    ExpertCache,
    Machine,
    PartialLayer,
    Placement,
    Plan,
    PlannedModel,
    Prediction,
)

GB = 10**9
GPU = Device("CUDA0", "gpu", "NVIDIA GeForce RTX 2080", 7_600_000_000, 8_200_000_000, 448e9, 12e9, True)
WORKER = Device("RPC0", "rpc", "192.168.0.7:50052", 15 * GB, 16 * GB, 0.0, 0.11e9)
MEMORY = Device(RAM, "cpu", "AMD Ryzen 7", 52 * GB, 64 * GB, 41e9)


def machine(*devices: Device, ram: Device = MEMORY) -> Machine:
    return Machine(ram, devices, 2e9)


def prediction(decode: float) -> Prediction:
    return Prediction(
        decode,
        (decode * 0.85, decode * 1.15),
        decode * 12,
        (decode * 9, decode * 15),
        0.0,
        (0.0, 0.0),
        {"CUDA0": 1_200_000_000, RAM: 410_000_000},
    )


def plan(**fields: Any) -> Plan:
    """A plan of 48 layers of experts, 28 of them and a part of the next on the GPU, unless fields say else."""
    values: dict[str, Any] = {
        "placement": Placement(32_768, 2048, ("CUDA0",), 49),
        "mode": "streamed_prompts",
        "dense_layers": {"CUDA0": tuple(range(48))},
        "expert_layers": {"CUDA0": tuple(range(28)), RAM: tuple(range(28, 48))},
        "partial": PartialLayer("CUDA0", 28, ("gate", "up")),
        "bytes": {
            "CUDA0": DeviceBytes(6_160_000_000, 620_000_000, 300_000_000),
            RAM: DeviceBytes(10_600_000_000, 0, 300_000_000),
        },
        "expert_bytes": {"CUDA0": 5_090_000_000, RAM: 10_300_000_000},
        "budgets": {"CUDA0": 7_600_000_000, RAM: 52 * GB},
        "fits": True,
        "measured": True,
        "paged": 0,
        "predicted": prediction(36),
        "explanation": ErrorInfo("unknown", {"detail": "the planner's sentence"}),
    }
    return Plan(**(values | fields))


def model(made: Plan, on: Machine, **fields: Any) -> PlannedModel:
    values: dict[str, Any] = {
        "path": "/models/qwen3-30b-a3b.gguf",
        "architecture": "qwen3moe",
        "layers": 48,
        "experts": 128,
        "experts_used": 8,
        "parameters": 30_500_000_000,
        "active_parameters": 3_300_000_000,
        "bytes": 16_760_000_000,
        "expert_bytes": 15_390_000_000,
        "active_bytes_per_token": 1_800_000_000,
        "machine": on,
        "plan": made,
        "trained_context": 131_072,
    }
    return PlannedModel(**(values | fields))


def qwen() -> PlannedModel:
    """Experts of 28 layers and a part of one on a small graphics card."""
    return model(plan(), machine(GPU))


EXPERT_BYTES = 2_500_000
CACHE = ExpertCache(
    "CUDA0", tuple(CachedLayer(layer, 32, 32 * EXPERT_BYTES) for layer in range(8, 48)), 60_000_000
)


def cached() -> PlannedModel:
    """The experts of 8 layers on a small graphics card, and a quarter of each other layer's as they are needed."""
    made = plan(
        placement=Placement(16_384, 2048, ("CUDA0",), 49, expert_cache=CACHE),
        mode="cached",
        expert_layers={"CUDA0": tuple(range(8)), RAM: tuple(range(8, 48))},
        partial=None,
        bytes={
            "CUDA0": DeviceBytes(6_830_000_000, 310_000_000, 360_000_000),
            RAM: DeviceBytes(13_130_000_000, 0, 300_000_000),
        },
        expert_bytes={"CUDA0": 5_760_000_000, RAM: 12_830_000_000},
        predicted=Prediction(41, (34, 48), 430, (300, 500), 0.8, (0.72, 0.88)),
    )
    return model(made, machine(GPU))


def several_devices() -> PlannedModel:
    """Two equal cards, a worker and RAM."""
    second = msgspec.structs.replace(GPU, name="CUDA1")
    made = plan(
        dense_layers={"CUDA0": tuple(range(24)), "CUDA1": tuple(range(24, 48))},
        expert_layers={
            "CUDA0": tuple(range(12)), "CUDA1": tuple(range(12, 24)),
            "RPC0": tuple(range(24, 40)), RAM: tuple(range(40, 48)),
        },
        partial=PartialLayer("RPC0", 40, ("up",)),
        bytes={
            "CUDA0": DeviceBytes(4 * GB, 300_000_000, 200_000_000),
            "CUDA1": DeviceBytes(4 * GB, 300_000_000, 200_000_000),
            "RPC0": DeviceBytes(6 * GB, 0, 200_000_000),
            RAM: DeviceBytes(2_760_000_000, 0, 100_000_000),
        },
        expert_bytes={"CUDA0": 3_500_000_000, "CUDA1": 3_500_000_000, "RPC0": 6 * GB, RAM: 2_390_000_000},
        budgets={"CUDA0": 5 * GB, "CUDA1": 7_600_000_000, "RPC0": 15 * GB, RAM: 52 * GB},
    )  # fmt: skip
    return model(made, machine(GPU, second, WORKER))


def paged() -> PlannedModel:
    """DeepSeek-R1: 61 layers of 256 experts, three of them without any, far larger than RAM."""
    made = plan(
        dense_layers={"CUDA0": tuple(range(61))},
        expert_layers={RAM: tuple(range(3, 61))},
        partial=None,
        bytes={"CUDA0": DeviceBytes(6 * GB, 900_000_000, 400_000_000), RAM: DeviceBytes(370 * GB, 0, GB)},
        expert_bytes={"CUDA0": 0, RAM: 370 * GB},
        paged=319 * GB,
        predicted=prediction(0.7),
    )
    return model(
        made, machine(GPU), path="/models/deepseek-r1.gguf", architecture="deepseek2", layers=61, experts=256,
        experts_used=8, parameters=671_000_000_000, active_parameters=37_000_000_000, bytes=376 * GB,
        expert_bytes=370 * GB, trained_context=163_840,
    )  # fmt: skip


def from_disk() -> PlannedModel:
    """The same, with experts read from the file one by one and 33 of each layer kept in RAM."""
    bare = paged()
    slots = tuple(CachedLayer(layer, 33, 810_000_000) for layer in range(3, 61))
    cache = ExpertCache(RAM, slots, 100_000_000, 64, "brought", DISK)
    held = 58 * 810_000_000
    made = msgspec.structs.replace(
        bare.plan,
        mode="disk",
        placement=Placement(32_768, 2048, ("CUDA0",), 62, expert_cache=cache, load_mode="pinned"),
        expert_layers={"CUDA0": (), RAM: (), DISK: tuple(range(3, 61))},
        bytes={
            "CUDA0": bare.plan.bytes["CUDA0"],
            RAM: DeviceBytes(held, 0, 300_000_000),
            DISK: DeviceBytes(370 * GB - held),
        },
        expert_bytes={"CUDA0": 0, RAM: held, DISK: 370 * GB - held},
        paged=0,
        predicted=Prediction(
            2.1, (1.2, 3.4), 6.0, (4.0, 9.0), 0.64, (0.39, 0.8),
            {"CUDA0": 10_400_000_000, RAM: 12_100_000_000, DISK: 4 * GB},
        ),
        explanation=ErrorInfo(
            "plan.disk",
            {
                "ram_bytes": held + 300_000_000, "ram_budget_bytes": 52 * GB, "slots": 33, "experts": 256, "tps": 2.1,
                "read_bytes": 4 * GB, "disk_bytes": 370 * GB - held,
            },
        ),
    )  # fmt: skip
    return msgspec.structs.replace(bare, plan=made)


def above_the_disk() -> PlannedModel:
    """The same with 9 more of each layer on the card."""
    below = from_disk()
    cache = below.plan.placement.expert_cache
    assert cache is not None
    slots = tuple(CachedLayer(layer.layer, 9, 221_000_000) for layer in cache.layers)
    above = CardSlots("CUDA0", slots, 4096)
    there, card = above.slots, below.plan.bytes["CUDA0"]
    rest = below.plan.bytes[DISK].model - there
    made = msgspec.structs.replace(
        below.plan,
        placement=msgspec.structs.replace(
            below.plan.placement, expert_cache=msgspec.structs.replace(cache, above=above)
        ),
        bytes=below.plan.bytes
        | {"CUDA0": msgspec.structs.replace(card, model=card.model + there), DISK: DeviceBytes(rest)},
        expert_bytes=below.plan.expert_bytes | {"CUDA0": there, DISK: rest},
        explanation=ErrorInfo(
            "plan.disk_above",
            below.plan.explanation.params
            | {"device": "GPU", "used_bytes": card.total + there, "budget_bytes": 23 * GB, "above": 9},
        ),
    )
    return msgspec.structs.replace(below, plan=made)


def dense() -> PlannedModel:
    """A model without experts on a machine without a GPU."""
    made = plan(
        placement=Placement(8192),
        mode="cpu",
        dense_layers={RAM: tuple(range(30))},
        expert_layers={},
        partial=None,
        bytes={RAM: DeviceBytes(98_000_000, 47_000_000, 40_000_000)},
        expert_bytes={},
        budgets={RAM: 12 * GB},
        predicted=prediction(60),
    )
    ram = Device(RAM, "cpu", "Intel", 12 * GB, 16 * GB, 20e9)
    return model(
        made, machine(ram=ram), path="/models/smollm2.gguf", architecture="llama", layers=30, experts=0,
        experts_used=0, parameters=135_000_000, active_parameters=135_000_000, bytes=98_000_000,
        expert_bytes=0, trained_context=8192,
    )  # fmt: skip


def refused_model() -> PlannedModel:
    """A context that does not fit; half of it would."""
    refusal = ErrorInfo("plan.try_shorter_context", {"context": 16_384, "asked": 32_768})
    made = plan(fits=False, refusal=refusal)
    return model(made, machine(GPU), path="/models/long.gguf")
