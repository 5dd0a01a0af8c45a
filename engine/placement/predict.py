"""Predicted speed of a placement.

One token reads every weight it needs once, so decoding is bound by memory: the bytes on each device over that
device's bandwidth, plus what each layer and each hand-over between devices costs however small it is. A prompt
reads the weights once per ubatch and is bound by arithmetic, or by the link where experts are streamed to a GPU.

The factors hold for all models and machines, and each has its physical meaning where it stands. `coterie
predict` compares the predictions with a table of speeds that others measured.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.expert_cache.hit_rates import HitRates
from engine.gguf.tensor_index import TensorIndex
from engine.placement.layout import Layout
from engine.placement.plan import DISK, RAM, Device, ExpertCache, Machine, Placement, Prediction
from engine.placement.speed.attention import decode_seconds
from engine.placement.speed.cached_speed import (
    CACHED_LAYER_S,
    CachedDecode,
    Paths,
    cached_decode,
    cached_reads,
)
from engine.placement.speed.floor_speed import FloorPaths, floor_decode, floor_prompt_seconds
from engine.placement.speed.prefill import Prompt, prefill_seconds
from engine.placement.speed.rates import (
    DEFAULT_DISK_BANDWIDTH,
    device_link,
    effective_bandwidth,
    fastest_link,
)
from engine.placement.speed.reads import Reads, bytes_per_token, paged_share, reads_of, routed_away
from engine.placement.speed.uncertainty import (
    around,
    combined,
    decode_deviation,
    disk_deviation,
    prefill_deviation,
)

# Seconds that a layer takes however few bytes it reads: launching some 15 kernels, three times as many with a
# router and experts. On the CPU it is the threads' barriers.
DENSE_LAYER_S, EXPERT_LAYER_S = 30e-6, 80e-6
CPU_LAYER_S = 40e-6
# One hand-over between a GPU and the CPU: copy the activations, wait for the other side.
SPLIT_S = 50e-6
SPLITS_PER_LAYER, SPLITS_PER_STREAMED_LAYER = 2, 6
# One hand-over to a worker: a round trip in a local network.
RPC_SPLIT_S = 500e-6
# Of the bandwidth that a product with one dense matrix reaches, what experts reach: their matrices are small, and all
# threads wait for each other after each. Qwen3.5-122B's in two channels of DDR5 are read at half of the bandwidth
# by specification (ParmesanParty, r/LocalLLaMA), Qwen3-30B too (the discussion above); dense ones at two thirds.
EXPERT_RAM_EFFICIENCY = 0.8
# Speeds are given for a conversation of some length: the tokens of context that decoding reads, and a prompt.
READ_CONTEXT, PROMPT = 2048, 2000


def predict(
    index: TensorIndex,
    machine: Machine,
    layout: Layout,
    placement: Placement,
    paged: int,
    *,
    depth: int | None = None,
    prompt: Prompt | None = None,
    unsure: float = 0.0,
) -> Prediction:
    """Speeds of a placement; `paged` are the bytes of experts that RAM cannot hold.

    Of an answer that follows `depth` tokens and of a prompt; left out, those of a usual conversation. `unsure` is
    what more is not known of the input, as a standard deviation of the speed's logarithm.
    """
    devices = {device.name: device for device in (*machine.devices, machine.ram)}
    depth = min(placement.context, READ_CONTEXT) if depth is None else depth
    reads = reads_of(index, layout, placement, depth)
    away = routed_away(layout)
    streams = placement.op_offload and any(devices[name].streams for name in layout.devices)
    share = paged_share(index, layout, paged)
    prompt = prompt or Prompt(min(PROMPT, placement.context))
    seconds = prefill_seconds(index, machine, layout, placement, reads, prompt, paged)
    if _from_disk(placement.expert_cache):
        seconds += _floor_seconds(index, machine, placement, seconds, prompt)
    prefill = prompt.tokens / (seconds + _prompt_splits(devices, away, placement, prompt))
    of_disk = disk_deviation(machine.disk) if _from_disk(placement.expert_cache) else 0.0
    prefill_off = combined((prefill_deviation(devices, reads, paged, streams=streams), of_disk))
    decode_off = combined((decode_deviation(devices, reads, paged), of_disk, unsure))
    cached = cached_reads(index, placement.expert_cache)
    reads[RAM].routed -= sum(read.routed for read in cached)
    beside = _decode_seconds(machine, devices, reads, away, placement, streams, share)
    beside += decode_seconds(index, machine, layout.layers, placement, depth, reads[RAM].cache)
    decode = CachedDecode(beside, beside, beside, HitRates(0.0, 0.0, 0.0))
    if _from_disk(placement.expert_cache):
        ram = effective_bandwidth(machine.ram, machine.ram) * EXPERT_RAM_EFFICIENCY
        above = placement.expert_cache.above if placement.expert_cache else None
        card = effective_bandwidth(devices[above.device], machine.ram) if above else 0.0
        decode = floor_decode(cached, FloorPaths(ram, machine.disk, card), index.experts_used, beside)
    elif placement.expert_cache is not None:
        paths = _paths(machine, devices, placement, placement.expert_cache, share)
        decode = cached_decode(cached, placement.expert_cache, paths, beside)
    return Prediction(
        1 / decode.expected,
        (around(1 / decode.low, decode_off)[0], around(1 / decode.high, decode_off)[1]),
        prefill,
        around(prefill, combined((prefill_off, unsure))),
        decode.rates.expected,
        (decode.rates.low, decode.rates.high),
        bytes_per_token(
            reads,
            [(read.routed, read.rates.expected, read.above.expected) for read in cached],
            placement.expert_cache,
        ),
    )


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
        bandwidth = effective_bandwidth(device, machine.ram)
        if name == RAM:
            seconds += (read.dense + routed / EXPERT_RAM_EFFICIENCY) / bandwidth
            seconds += read.layers * CPU_LAYER_S
        else:
            seconds += (read.dense + routed + read.cache) / bandwidth
            seconds += read.expert_layers * EXPERT_LAYER_S
            seconds += (read.layers - read.expert_layers) * DENSE_LAYER_S
            splits = away[name] * (SPLITS_PER_STREAMED_LAYER if streamed else SPLITS_PER_LAYER) + 2
            seconds += splits * _split_seconds(device)
    ram_routed = reads[RAM].routed
    if streamed:
        seconds += ram_routed / fastest_link(devices, placement)
    return seconds + ram_routed * paged_share / (machine.disk_bandwidth or DEFAULT_DISK_BANDWIDTH)


def _paths(
    machine: Machine,
    devices: Mapping[str, Device],
    placement: Placement,
    cache: ExpertCache,
    paged_share: float,
) -> Paths:
    device = devices[cache.device]
    costs = device.costs
    between = 2 * RPC_SPLIT_S if device.kind == "rpc" else 0.0
    return Paths(
        effective_bandwidth(device, machine.ram),
        effective_bandwidth(machine.ram, machine.ram) * EXPERT_RAM_EFFICIENCY,
        device_link(device, placement),
        apart=device.kind != "integrated_gpu",
        fixed=max(costs.cached - costs.away, 0.0) if costs.cached else CACHED_LAYER_S + between,
        paging=paged_share / (machine.disk_bandwidth or DEFAULT_DISK_BANDWIDTH),
    )


def _from_disk(cache: ExpertCache | None) -> bool:
    return cache is not None and cache.source == DISK and bool(cache.layers)


def _floor_seconds(
    index: TensorIndex, machine: Machine, placement: Placement, computing: float, prompt: Prompt
) -> float:
    """How long a prompt that takes `computing` seconds waits for experts that are read from the file."""
    batches, batch = _batches(placement, prompt), max(min(placement.ubatch, prompt.tokens), 1)
    each = floor_prompt_seconds(index, placement.expert_cache, machine.disk, batch, computing / batches)
    return batches * each


def _split_seconds(device: Device) -> float:
    if device.costs.away:
        return device.costs.away / SPLITS_PER_LAYER
    return RPC_SPLIT_S if device.kind == "rpc" else SPLIT_S


def _prompt_splits(
    devices: Mapping[str, Device], away: Mapping[str, int], placement: Placement, prompt: Prompt
) -> float:
    """Seconds of the hand-overs of a prompt, in each of its batches."""
    splits = sum(count * _split_seconds(devices[name]) for name, count in away.items())
    return _batches(placement, prompt) * SPLITS_PER_LAYER * splits


def _batches(placement: Placement, prompt: Prompt) -> int:
    return -(-prompt.tokens // max(min(placement.ubatch, prompt.tokens), 1))
