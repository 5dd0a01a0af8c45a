"""Compares predictions with speeds that others measured and published."""

from __future__ import annotations

import re

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import RAM, CacheType, Device, Machine, Placement, Prediction
from engine.placement.predict import predict
from engine.placement.published.layouts import Laid, laid
from engine.placement.published.machines import Words, described
from engine.placement.published.names import Named, model_named, table
from engine.placement.published.rows import PublishedRow, depth_of, first_number
from engine.placement.speed.prefill import Prompt
from engine.placement.speed.uncertainty import combined

# The context of an average over a whole answer, the batch of llama.cpp, and the prompt of llama-bench.
_SHORT, _UBATCH, _PROMPT = 512, 512, 512
# What words leave open, as a standard deviation of the speed's logarithm: RAM that the source does not name, a
# placement that only fills the card, a file whose size is not told, answers timed with their prompt.
_ASSUMED_RAM, _ASSUMED_PLACEMENT, _ASSUMED_SIZE, _WHOLE_ANSWERS = 0.3, 0.35, 0.05, 0.1
# A placement that the source does not tell is seldom the best: beside cards that are filled with experts, six of them
# wrote 0.27 to 0.72 as fast, 0.54 in the middle.
_UNTOLD = 0.54
# ik_llama.cpp's kernels beside llama.cpp's on a processor: 1.04 in decode, 3.3 in prompts
# (github.com/ikawrakow/ik_llama.cpp/discussions/357).
_OTHER_KERNELS = 3.3
_PROMPT_TOKENS = re.compile(r"pp\s?(\d+)|(\d+)[ -]tokens?", re.IGNORECASE)
_BATCH = re.compile(r"\bub(?:atch)?[ =](\d+)", re.IGNORECASE)
_KV_TYPE = re.compile(r"KV (q8_0|q4_0|f16)", re.IGNORECASE)
_LINK = re.compile(r"([\d.]+) GB/s link|PCIe \d(?:\.0)? \(([\d.]+) GB/s\)", re.IGNORECASE)
_RAM_READ = re.compile(r"([\d.]+) GB/s RAM", re.IGNORECASE)


class Compared(msgspec.Struct, frozen=True):
    """A predicted speed beside the measured one; `ratio` is predicted by measured, and `inside` says whether `range`
    holds the measured speed."""

    predicted: float
    measured: float
    ratio: float
    inside: bool
    range: tuple[float, float]


class RowPrediction(msgspec.Struct, frozen=True):
    """None where nothing was measured."""

    id: str
    decode: Compared | None
    prefill: Compared | None


def compared(row: PublishedRow) -> RowPrediction | ErrorInfo:
    """The prediction for a row, or why there is none.

    `predict.unknown_model` (model), `predict.unknown_quantisation` (quant), `predict.unknown_placement` (placement),
    `predict.unknown_card` (gpu) or `predict.nothing_measured`.
    """
    if not row.decode_tps and not row.prefill_tps:
        return ErrorInfo("predict.nothing_measured")
    name = model_named(row.model)
    if not name:
        return ErrorInfo("predict.unknown_model", {"model": row.model[:80]})
    named = table(name, row.quant)
    if named is None:
        return ErrorInfo("predict.unknown_quantisation", {"quant": row.quant[:80] or "-"})
    if bool(row.gpu) != bool(first_number(row.gpus or ("1" if row.gpu else "0"))):
        return ErrorInfo("predict.unknown_card", {"gpu": row.gpu[:80] or "-"})
    return _compared(row, named)


def _compared(row: PublishedRow, named: Named) -> RowPrediction | ErrorInfo:
    index = named.index
    gpus = min(int(first_number(row.gpus or "1")), 16)
    words = Words(row.gpu, gpus, row.cpu, row.ram, first_number(row.ram_spec_gbps))
    machine, ram_known = described(words)
    machine = _with_told(machine, row)
    depth = depth_of(row.depth, _SHORT)
    prompt, ubatch = _prompt(row, depth)
    context = max(depth + prompt.tokens, depth_of(row.depth.replace("set", ""), 0), 4096)
    lies = laid(index, row, machine)
    if lies is None:
        return ErrorInfo("predict.unknown_placement", {"placement": row.placement[:80] or "-"})
    placement = _placement(row, machine, lies, context, ubatch)
    doubts = [
        0.0 if ram_known or not _reads_ram(lies) or row.ram_assumed != "yes" else _ASSUMED_RAM,
        0.0 if lies.known else _ASSUMED_PLACEMENT,
        0.0 if named.sized else _ASSUMED_SIZE,
        _WHOLE_ANSWERS if "whole answers" in row.flags else 0.0,
    ]
    found = predict(
        index, machine, lies.layout, placement, 0, depth=depth, prompt=prompt, unsure=combined(doubts)
    )
    return _beside(row, found, 1.0 if lies.known or lies.cache or not row.placement else _UNTOLD)


def _beside(row: PublishedRow, found: Prediction, share: float) -> RowPrediction:
    """`share` of the predicted speed of decoding is expected."""
    low, high = found.decode_range
    return RowPrediction(
        row.id,
        _one(share * found.decode_tps, (share * low, share * high), row.decode_tps),
        _one(found.prefill_tps, found.prefill_range, row.prefill_tps),
    )


def _one(predicted: float, held: tuple[float, float], measured: float) -> Compared | None:
    if not measured:
        return None
    return Compared(predicted, measured, predicted / measured, held[0] <= measured <= held[1], held)


def _reads_ram(lies: Laid) -> bool:
    return RAM in lies.layout.experts or RAM in lies.layout.layers


def _prompt(row: PublishedRow, depth: int) -> tuple[Prompt, int]:
    words = f"{row.prefill_setup}; {row.placement}"
    tokens, batch = _PROMPT_TOKENS.search(row.prefill_setup), _BATCH.search(words)
    count = int(tokens[1] or tokens[2]) if tokens else _PROMPT
    ubatch = int(batch[1]) if batch else _UBATCH
    # A prompt that is as long as what decoding then reads is that context.
    before = 0 if abs(depth - count) <= 0.1 * count or depth < _SHORT else depth
    return Prompt(max(min(count, 2**20), 1), before), max(min(ubatch, 2**16), 1)


def _placement(row: PublishedRow, machine: Machine, lies: Laid, context: int, ubatch: int) -> Placement:
    kind = _KV_TYPE.search(row.flags)
    cache_type: CacheType = kind[1].lower() if kind else "f16"  # type: ignore[assignment]
    return Placement(
        context=context,
        ubatch=ubatch,
        devices=lies.layout.devices,
        cache_type_k=cache_type,
        cache_type_v=cache_type,
        op_offload=bool(machine.devices),
        load_mode="pinned",
        expert_cache=lies.cache,
    )


def _with_told(machine: Machine, row: PublishedRow) -> Machine:
    """The machine with the bandwidths that the row's words tell as measured, and the kernels of its engine."""
    link, ram_read = _LINK.search(row.placement), _RAM_READ.search(row.placement)
    ram = machine.ram
    if ram_read:
        ram = msgspec.structs.replace(ram, bandwidth=float(ram_read[1]) * 1e9)
    if row.engine.lower().startswith("ik_llama"):
        ram = msgspec.structs.replace(ram, flops=ram.flops * _OTHER_KERNELS)
    cards = tuple(_linked(device, link) for device in machine.devices)
    return msgspec.structs.replace(machine, ram=ram, devices=cards)


def _linked(device: Device, link: re.Match[str] | None) -> Device:
    return msgspec.structs.replace(device, link=float(link[1] or link[2]) * 1e9) if link else device
