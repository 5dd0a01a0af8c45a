"""Predicted speed of a placement.

One token reads every weight it needs once, so decoding is bound by memory: the bytes on each device over that
device's bandwidth, plus what each layer and each hand-over between devices costs however small it is. A prompt
reads the weights once per ubatch and is bound by arithmetic, or by the link where experts are streamed to a GPU.

The factors below hold for all models and machines. They were chosen by hand, knowing llama.cpp's usual speeds and
some of the published ones that `tests/bench/placement.py` compares with, so that comparison shows how well one
set of factors does everywhere and is no blind test; the width of a range was widened after seeing it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.expert_cache.hit_rates import HitRates
from engine.gguf.tensor_index import TensorIndex
from engine.placement.cached_speed import CachedDecode, Paths, cached_decode, cached_reads
from engine.placement.estimate import cache_bytes
from engine.placement.gpu_bandwidths import published_bandwidth
from engine.placement.layout import Layout
from engine.placement.plan import RAM, Device, ExpertCache, Machine, Placement, Prediction

# Where nothing was measured. RAM: two channels of DDR4-3200, 51 GB/s, of which kernels reach two thirds. Link:
# PCIe 3.0 x16 or 4.0 x8; to a worker one gigabit a second. Disk: an NVMe drive read by page faults, far below its
# sequential speed.
DEFAULT_RAM_BANDWIDTH = 34e9
DEFAULT_GPU_BANDWIDTH = 200e9
DEFAULT_LINK = 12e9
DEFAULT_NETWORK = 0.11e9
DEFAULT_DISK_BANDWIDTH = 1.5e9
# What decoding kernels reach of a card's published bandwidth.
GPU_EFFICIENCY = 0.75
# Seconds that a layer takes however few bytes it reads: launching some 15 kernels, three times as many with a
# router and experts. On the CPU it is the threads' barriers.
DENSE_LAYER_S, EXPERT_LAYER_S = 30e-6, 80e-6
CPU_LAYER_S = 40e-6
# One hand-over between a GPU and the CPU: copy the activations, wait for the other side.
SPLIT_S = 50e-6
SPLITS_PER_LAYER, SPLITS_PER_STREAMED_LAYER = 2, 6
# One hand-over to a worker: a round trip in a local network.
RPC_SPLIT_S = 500e-6
# Floating-point operations for each byte of memory bandwidth: cards of the last generations have 130 to 300
# (half precision, tensor cores); prompts reach half of that with dense weights and a seventh with experts, whose
# matrices see few tokens each. CPUs: some 50 GFLOPS a core.
GPU_FLOPS_PER_BYTE = 150
DENSE_PREFILL_EFFICIENCY, EXPERT_PREFILL_EFFICIENCY = 0.5, 0.14
CPU_FLOPS_PER_BYTE = 9
# Copies from memory that is not pinned; pinning is worth 1.36 to 1.56 (llama.cpp PR 14990).
UNPINNED_LINK = 0.67
# Op offload wants at least so many tokens in a batch (GGML_OP_OFFLOAD_MIN_BATCH).
MIN_BATCH = 32
# Speeds are given for a conversation of some length: the tokens of context that decoding reads, and a prompt.
READ_CONTEXT, PROMPT = 2048, 2000
# How far off: always, per thing that was not measured, and for paging and networks.
_SPREAD, _RAM_SPREAD, _TABLE_SPREAD, _GUESS_SPREAD, _HARD_SPREAD = 0.3, 0.2, 0.1, 0.4, 0.4


class Reads(msgspec.Struct):
    """Bytes one token reads on a device: weights it always reads, routed experts (its share), and cache."""

    dense: int = 0
    routed: float = 0.0
    cache: int = 0
    layers: int = 0
    expert_layers: int = 0


def predict(
    index: TensorIndex, machine: Machine, layout: Layout, placement: Placement, paged: int
) -> Prediction:
    """Speeds of a placement; `paged` are the bytes of experts that RAM cannot hold."""
    devices = {device.name: device for device in (*machine.devices, machine.ram)}
    reads = _reads(index, layout, placement)
    away = _routed_away(layout)
    streams = placement.op_offload and any(devices[name].streams for name in layout.devices)
    share = _paged_share(index, layout, paged)
    prefill = _prefill_tps(index, machine, devices, layout, reads, away, placement, streams, paged)
    spread = 1 + _spread(devices, reads, paged)
    cached = cached_reads(index, placement.expert_cache)
    reads[RAM].routed -= sum(read.routed for read in cached)
    beside = _decode_seconds(machine, devices, reads, away, placement, streams, share)
    decode = CachedDecode(beside, beside, beside, HitRates(0.0, 0.0, 0.0))
    if placement.expert_cache is not None:
        paths = _paths(machine, devices, placement, placement.expert_cache, share)
        decode = cached_decode(cached, placement.expert_cache, paths, beside)
    return Prediction(
        1 / decode.expected,
        (1 / decode.low / spread, spread / decode.high),
        prefill,
        (prefill / spread**2, prefill * spread**2),
        decode.rates.expected,
        (decode.rates.low, decode.rates.high),
    )


def effective_bandwidth(device: Device, ram: Device) -> float:
    """Bytes per second that kernels read on a device: measured, else by its name, else assumed."""
    if device.bandwidth:
        return device.bandwidth
    if device.kind == "cpu":
        return DEFAULT_RAM_BANDWIDTH
    published = published_bandwidth(device.description) * GPU_EFFICIENCY
    if published:
        return published
    if device.kind == "gpu":
        return DEFAULT_GPU_BANDWIDTH * GPU_EFFICIENCY
    return ram.bandwidth or DEFAULT_RAM_BANDWIDTH


# --- what is read where ----------------------------------------------------------------------------------


def _reads(index: TensorIndex, layout: Layout, placement: Placement) -> dict[str, Reads]:
    reads = {name: Reads() for name in (*layout.devices, RAM)}
    share = index.experts_used / index.experts if index.experts else 0.0
    context = min(placement.context, READ_CONTEXT)
    reads[layout.output].dense += index.output_bytes
    for number, layer in enumerate(index.layers):
        home = reads[layout.layers[number]]
        home.dense += layer.dense_bytes
        home.layers += 1
        home.expert_layers += bool(layer.experts)
        if number < len(index.cache):
            home.cache += cache_bytes(index.cache[number], context, placement.cache_type_k, placement.ubatch)
        if layout.experts[number]:
            on_device = _held_apart(layout, number, layer.experts)
            if on_device and layout.partial:
                reads[layout.partial.device].routed += on_device * share
            reads[layout.experts[number]].routed += (layer.expert_bytes - on_device) * share
    return reads


def _held_apart(layout: Layout, number: int, kinds: Mapping[str, int]) -> int:
    partial = layout.partial
    if partial is None or partial.layer != number:
        return 0
    return sum(kinds[kind] for kind in partial.kinds)


def _routed_away(layout: Layout) -> dict[str, int]:
    """Layers computed on each device whose experts lie in RAM."""
    away = dict.fromkeys(layout.devices, 0)
    for home, experts in zip(layout.layers, layout.experts, strict=True):
        if experts == RAM and home != RAM:
            away[home] += 1
    return away


def _paged_share(index: TensorIndex, layout: Layout, paged: int) -> float:
    """Of the experts in RAM, the share that is on the disk when it is wanted."""
    if not paged:
        return 0.0
    in_ram = sum(
        layer.expert_bytes - _held_apart(layout, number, layer.experts)
        for number, layer in enumerate(index.layers)
        if layout.experts[number] == RAM
    )
    return min(paged / in_ram, 1.0) if in_ram else 0.0


# --- decode ----------------------------------------------------------------------------------------------


def _decode_seconds(
    machine: Machine,
    devices: Mapping[str, Device],
    reads: Mapping[str, Reads],
    away: Mapping[str, int],
    placement: Placement,
    streams: bool,
    paged_share: float,
) -> float:
    streamed = streams and placement.min_batch == 1
    seconds = 0.0
    for name, read in reads.items():
        device = devices[name]
        routed = 0.0 if streamed and name == RAM else read.routed
        seconds += (read.dense + routed + read.cache) / effective_bandwidth(device, machine.ram)
        if name == RAM:
            seconds += read.layers * CPU_LAYER_S
        else:
            seconds += read.expert_layers * EXPERT_LAYER_S
            seconds += (read.layers - read.expert_layers) * DENSE_LAYER_S
            splits = away[name] * (SPLITS_PER_STREAMED_LAYER if streamed else SPLITS_PER_LAYER) + 2
            seconds += splits * (RPC_SPLIT_S if device.kind == "rpc" else SPLIT_S)
    ram_routed = reads[RAM].routed
    if streamed:
        seconds += ram_routed / _link(devices, placement)
    return seconds + ram_routed * paged_share / (machine.disk_bandwidth or DEFAULT_DISK_BANDWIDTH)


def _paths(
    machine: Machine,
    devices: Mapping[str, Device],
    placement: Placement,
    cache: ExpertCache,
    paged_share: float,
) -> Paths:
    device = devices[cache.device]
    remote = device.kind == "rpc"
    return Paths(
        effective_bandwidth(device, machine.ram),
        effective_bandwidth(machine.ram, machine.ram),
        (device.link or (DEFAULT_NETWORK if remote else DEFAULT_LINK)) * _pinning(placement),
        apart=device.kind != "integrated_gpu",
        hop=RPC_SPLIT_S if remote else 0.0,
        paging=paged_share / (machine.disk_bandwidth or DEFAULT_DISK_BANDWIDTH),
    )


def _pinning(placement: Placement) -> float:
    return 1 if placement.load_mode == "pinned" else UNPINNED_LINK


def _link(devices: Mapping[str, Device], placement: Placement) -> float:
    links = [devices[name].link or DEFAULT_LINK for name in placement.devices if devices[name].streams]
    return max(links, default=DEFAULT_LINK) * _pinning(placement)


# --- prefill ---------------------------------------------------------------------------------------------


def _prefill_tps(
    index: TensorIndex,
    machine: Machine,
    devices: Mapping[str, Device],
    layout: Layout,
    reads: Mapping[str, Reads],
    away: Mapping[str, int],
    placement: Placement,
    streams: bool,
    paged: int,
) -> float:
    """Of a prompt of `PROMPT` tokens."""
    tokens = min(PROMPT, placement.context)
    batch = min(placement.ubatch, tokens)
    batches = -(-tokens // batch)
    flops_per_byte = 2 * index.parameters / max(index.bytes, 1)
    share = (index.experts_used / index.experts if index.experts else 0.0) or 1.0
    touched = 1 - (1 - share) ** batch
    streamed = streams and batch >= (placement.min_batch or MIN_BATCH)
    seconds = 0.0
    for name, read in reads.items():
        device = devices[name]
        bandwidth = effective_bandwidth(device, machine.ram)
        computed_here = 0.0 if streamed and name == RAM else read.routed
        # Each batch reads the weights once; the arithmetic is done for each token.
        seconds += batches * (read.dense + computed_here / share * touched) / bandwidth
        seconds += tokens * flops_per_byte * _arithmetic_seconds(device, bandwidth, read.dense, computed_here)
        splits = away.get(name, 0) * SPLITS_PER_LAYER
        seconds += batches * splits * (RPC_SPLIT_S if device.kind == "rpc" else SPLIT_S)
    everything = reads[RAM].routed / share
    if streamed and everything:
        fastest = max(effective_bandwidth(devices[name], machine.ram) for name in layout.devices)
        seconds += batches * everything * touched / _link(devices, placement)
        seconds += (
            tokens
            * flops_per_byte
            * reads[RAM].routed
            / (fastest / GPU_EFFICIENCY * GPU_FLOPS_PER_BYTE * EXPERT_PREFILL_EFFICIENCY)
        )
    if paged:
        seconds += batches * paged * touched / (machine.disk_bandwidth or DEFAULT_DISK_BANDWIDTH)
    return tokens / seconds


def _arithmetic_seconds(device: Device, bandwidth: float, dense: float, routed: float) -> float:
    """Seconds for one operation per byte of `dense` and `routed`."""
    if device.kind in ("cpu", "rpc", "integrated_gpu"):
        return (dense + routed) / (bandwidth * CPU_FLOPS_PER_BYTE)
    peak = bandwidth / GPU_EFFICIENCY * GPU_FLOPS_PER_BYTE
    return dense / (peak * DENSE_PREFILL_EFFICIENCY) + routed / (peak * EXPERT_PREFILL_EFFICIENCY)


def _spread(devices: Mapping[str, Device], reads: Mapping[str, Reads], paged: int) -> float:
    spread = _SPREAD
    for name, read in reads.items():
        device = devices[name]
        if not read.dense and not read.routed:
            continue
        if device.kind == "rpc":
            spread += _HARD_SPREAD
        elif device.bandwidth:
            continue
        elif name == RAM:
            spread += _RAM_SPREAD
        else:
            spread += _TABLE_SPREAD if published_bandwidth(device.description) else _GUESS_SPREAD
    return spread + (_HARD_SPREAD if paged else 0.0)
