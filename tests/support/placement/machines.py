"""Machines and small models as values, for tests that plan."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.gguf.tensor_index import CacheLayer, ExpertTensor, Layer, TensorIndex
from engine.placement.plan import RAM, Device, Machine

GB, MB = 10**9, 10**6


def ram(free: int) -> Device:
    return Device(RAM, "cpu", "", free, free)


def gpu(free: int, name: str = "CUDA0", description: str = "NVIDIA GeForce RTX 3060", **facts: Any) -> Device:
    return Device(name, "gpu", description, free, free, streams=True, **facts)


def worker(free: int, name: str = "RPC0", address: str = "10.0.0.2:50052") -> Device:
    return Device(name, "rpc", address, free, free)


def machine(ram_free: int, *devices: Device, caches: bool = False) -> Machine:
    return Machine(ram(ram_free), devices, caches=caches)


def measured(host: Machine, bandwidth: float = 34e9) -> Machine:
    """The machine with a RAM that is known to be so fast."""
    return msgspec.structs.replace(host, ram=msgspec.structs.replace(host.ram, bandwidth=bandwidth))


def small_index(
    layers: int = 8,
    dense: int = 20 * MB,
    experts: int = 90 * MB,
    count: int = 8,
    used: int = 2,
    leading_dense: int = 0,
    mtp_layers: int = 0,
    tied: bool = False,
    fused: bool = False,
) -> TensorIndex:
    """A model of equal layers; `experts` 0 makes it dense. Gate, up and down have a third of `experts` each."""
    third = experts // 3
    kinds = {"gate_up": 2 * third, "down": third} if fused else {"gate": third, "up": third, "down": third}

    def layer(number: int) -> Layer:
        if not experts or number < leading_dense:
            return Layer(number, attention=dense)
        tensors = tuple(
            ExpertTensor(f"blk.{number}.ffn_{kind}_exps.weight", (512, 512, count), "Q8_0", size)
            for kind, size in kinds.items()
        )
        return Layer(number, attention=dense, experts=kinds, expert_tensors=tensors, experts_used=used)

    made = tuple(map(layer, range(layers)))
    table = 30 * MB
    weights = sum(layer.dense_bytes + layer.expert_bytes for layer in made) + table * (1 if tied else 2)
    return TensorIndex(
        architecture="test",
        layers=made,
        cache=(CacheLayer(k=512, v=512),) * layers,
        experts=count if experts else 0,
        experts_used=used if experts else 0,
        shared_experts=0,
        embedding_bytes=table,
        output_bytes=table,
        output_tied=tied,
        mtp_bytes=0,
        bytes=weights,
        parameters=2 * weights,
        active_parameters=weights,
        trained_context=32768,
        embedding_length=512,
        vocabulary=32000,
        mtp_layers=mtp_layers,
    )
