"""Prefill speed: weights are read once per ubatch, and the arithmetic is done for each token.

Of the experts a ubatch reads those that its text touches, fewer than as many independent draws would: of 128 experts
of gpt-oss with 4 at once 512 tokens touch some 80 percent. Matrix products of few rows leave tiles empty, so experts
reach a share of a card's rate that grows with the rows that each gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.gguf.tensor_index import TensorIndex
from engine.placement.layout import Layout
from engine.placement.plan import RAM, Device, Machine, Placement
from engine.placement.speed.attention import operations, prefill_rate
from engine.placement.speed.rates import (
    DEFAULT_DISK_BANDWIDTH,
    effective_bandwidth,
    effective_flops,
    fastest_link,
    plain_flops,
)
from engine.placement.speed.reads import Reads

# Independent draws that each token of a text is worth after the first: fitted to a published sweep of ubatches with
# streamed experts (gpt-oss-120b on a GeForce RTX 3090, 256 to 8192 tokens; ai-maestro.online).
DRAWS_PER_TOKEN = 0.1
# Rows for each expert at which a card reaches half of its rate: with fewer, tiles of matrix kernels are mostly empty.
# Chosen among 8, 16, 24 and 32 by published prompts of mixtures; the fit is flat.
HALF_RATE_ROWS = 32
# The same of our own products on a processor, which unpack a matrix for all of its rows: with 4 rows a core does 129
# GFLOPS, with 17 223, with 64 277 (Q4_1, AVX-512 VNNI).
UNPACKED_ROWS = 4.5
# Steps of fewer tokens stay ggml's (`engine/products/native/operation.h`).
FEWEST_TOKENS = 64
# Op offload wants at least so many tokens in a batch (GGML_OP_OFFLOAD_MIN_BATCH).
MIN_BATCH = 32


class Prompt(NamedTuple):
    """A prompt of `tokens` that follow `depth` others."""

    tokens: int
    depth: int = 0


def touched_share(share: float, tokens: int) -> float:
    """Of a layer's experts, those that so many tokens of a text use, of which each uses `share`."""
    untouched: float = (1 - share) ** (1 + DRAWS_PER_TOKEN * (tokens - 1))
    return 1 - untouched


def prefill_seconds(
    index: TensorIndex,
    machine: Machine,
    layout: Layout,
    placement: Placement,
    reads: Mapping[str, Reads],
    prompt: Prompt,
    paged: int,
) -> float:
    """Seconds of a prompt, without hand-overs between devices; `paged` bytes of experts are read from the disk."""
    devices = {device.name: device for device in (*machine.devices, machine.ram)}
    batch = max(min(placement.ubatch, prompt.tokens), 1)
    batches = -(-prompt.tokens // batch)
    share = _share(index)
    touched = touched_share(share, batch)
    rows = batch * share / touched
    dense_work, expert_work = _work(index, share)
    streamed = _streams(devices, layout, placement, batch)
    seconds = 0.0
    for name, read in reads.items():
        device = devices[name]
        here = 0.0 if streamed and name == RAM else read.routed
        rate = (effective_flops if placement.repack else plain_flops)(device, machine.ram)
        rate = max(rate, _product_flops(device, batch))
        seconds += batches * read.dense / effective_bandwidth(device, machine.ram)
        # Only the last token of a prompt is read out.
        each = read.dense - (index.output_bytes if name == layout.output else 0)
        seconds += prompt.tokens * each * dense_work / rate
        seconds += expert_seconds(index, machine, device, here, prompt.tokens, batch)
    if streamed and reads[RAM].routed:
        rate = max(effective_flops(devices[name], machine.ram) for name in layout.devices)
        seconds += batches * reads[RAM].routed / share * touched / fastest_link(devices, placement)
        seconds += prompt.tokens * reads[RAM].routed * expert_work / (rate * rows / (rows + HALF_RATE_ROWS))
    seconds += _attention_seconds(index, machine, layout, placement, prompt)
    if paged:
        seconds += batches * paged * touched / (machine.disk_bandwidth or DEFAULT_DISK_BANDWIDTH)
    return seconds


def expert_seconds(
    index: TensorIndex, machine: Machine, device: Device, routed: float, tokens: int, batch: int
) -> float:
    """Of a prompt of so many tokens, those that experts take which lie on a device and of which each token reads
    `routed` bytes: reading what is touched once per batch, and the arithmetic."""
    share = _share(index)
    touched = touched_share(share, batch)
    read = -(-tokens // batch) * routed / share * touched
    rows = batch * share / touched
    own = _product_flops(device, batch) * rows / (rows + UNPACKED_ROWS)
    rate = max(plain_flops(device, machine.ram) * _filled(device, rows), own)
    return read / effective_bandwidth(device, machine.ram) + tokens * routed * _work(index, share)[1] / rate


def _product_flops(device: Device, batch: int) -> float:
    """Operations per second of our own products in steps of so many tokens; 0.0 where they take no part."""
    return device.product_flops if batch >= FEWEST_TOKENS else 0.0


def _share(index: TensorIndex) -> float:
    """Of a layer's experts, those that a token uses."""
    return index.experts_used / index.experts if 0 < index.experts_used < index.experts else 1.0


def _streams(devices: Mapping[str, Device], layout: Layout, placement: Placement, batch: int) -> bool:
    able = placement.op_offload and any(devices[name].streams for name in layout.devices)
    return able and batch >= (placement.min_batch or MIN_BATCH)


def _work(index: TensorIndex, share: float) -> tuple[float, float]:
    """Operations for each byte that a token reads: of weights for all tokens, and of experts."""
    if share >= 1 or not index.expert_bytes:
        each = 2 * index.parameters / max(index.bytes, 1)
        return each, each
    experts = min((index.parameters - index.active_parameters) / (1 - share), index.parameters)
    dense_bytes = max(index.bytes - index.expert_bytes, 1)
    return 2 * (index.parameters - experts) / dense_bytes, 2 * experts / index.expert_bytes


def _filled(device: Device, rows: float) -> float:
    """The share of its rate that a device reaches with so many rows for each expert; processors have no tiles."""
    return 1.0 if device.kind in ("cpu", "rpc") else rows / (rows + HALF_RATE_ROWS)


def _attention_seconds(
    index: TensorIndex, machine: Machine, layout: Layout, placement: Placement, prompt: Prompt
) -> float:
    """Products of queries with keys and of weights with values, over what each token sees on average."""
    seen = prompt.depth + prompt.tokens / 2
    sums = operations(index, layout.layers, seen)
    seconds = sums.get(RAM, 0.0) / prefill_rate(index, machine, placement)
    for device in machine.devices:
        seconds += sums.get(device.name, 0.0) / effective_flops(device, machine.ram)
    return prompt.tokens * seconds
