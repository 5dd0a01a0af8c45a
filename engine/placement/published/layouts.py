"""Where a model lay in a published measurement, by its words: "ncmoe 25", "exps=CPU", "52% GPU by layers"."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.gguf.tensor_index import TensorIndex
from engine.placement.layout import Layout, lay_out, on_the_cpu
from engine.placement.plan import CachedLayer, ExpertCache, Machine
from engine.placement.published.machines import memory_of
from engine.placement.published.rows import PublishedRow
from engine.placement.slots.expert_slots import divided, slots_of, workspace_bytes

_SLOTS = re.compile(r"(\d+)(?: of \d+)?(?: expert)? slots", re.IGNORECASE)
_SHARE_ON_GPU = re.compile(r"(\d+)\s*% (?:on )?(?:the )?GPU", re.IGNORECASE)
_COUNT = re.compile(r"(?:ncmoe|n-cpu-moe)\D{0,3}(\d+)", re.IGNORECASE)
_ON_CPU = re.compile(
    r"cpu-moe(?! \d)|exps=cpu|experts (?:on|in) (?:the )?(?:cpu|ram)|all experts", re.IGNORECASE
)
# Of a card's memory, what weights take where placements are told in numbers: 0.59 to 0.97, 0.83 on average (16 layers
# in RAM for DeepSeek-V2-Lite with 8 GB, 36 for Qwen3-30B with 8 GB, 25 for gpt-oss-120b with 24 GB, 40 for
# Qwen3.5-122B with 24 GB, 20 and 14 for Qwen3.5-35B with 16 GB, 2 for gpt-oss-20b with 12 GB).
_FILLED = 0.83
# Whole layers: what llama.cpp does with --n-gpu-layers, where experts are not spoken of.
_BY_LAYERS = re.compile(r"by layers|^(?!.*expert).*(?:partly|mostly) on", re.IGNORECASE)


class Laid(NamedTuple):
    """`known`: the words say where the experts lay, rather than that a card was filled."""

    layout: Layout
    cache: ExpertCache | None = None
    known: bool = True


def laid(index: TensorIndex, row: PublishedRow, machine: Machine) -> Laid | None:
    """The layout that the row tells. None: it tells none, and the card's memory is not known."""
    cards = tuple(device.name for device in machine.devices)
    layers = len(index.layers)
    where = row.cpu_expert_layers.lower()
    if not cards or where == "cpu":
        return Laid(on_the_cpu(index.layers))
    if where == "cache":
        return _cached(index, row, machine)
    if where == "all":
        return Laid(_split(index, cards, layers))
    if where.isdecimal():
        return Laid(_split(index, cards, min(int(where), layers)))
    if where == "layers" or ("ncmoe" not in row.placement and _BY_LAYERS.search(row.placement)):
        return _by_layers(index, row, machine)
    counted = _COUNT.search(row.placement)
    if counted:
        return Laid(_split(index, cards, min(int(counted[1]), layers)))
    if not where and _ON_CPU.search(row.placement):
        return Laid(_split(index, cards, layers))
    if not where or "all on" in row.placement.lower():
        return Laid(_split(index, cards, 0), known=bool(row.placement))
    return _filled(index, row, machine)


def _split(index: TensorIndex, cards: tuple[str, ...], experts_in_ram: int) -> Layout:
    """llama.cpp's --n-cpu-moe: the experts of the first layers in RAM, layers divided equally."""
    layers = len(index.layers)
    ends = [round(layers * (number + 1) / len(cards)) for number in range(len(cards))]
    starts = [0, *ends[:-1]]
    whole = [
        [layer for layer in range(start, end) if layer >= experts_in_ram]
        for start, end in zip(starts, ends, strict=True)
    ]
    counts = [end - start for start, end in zip(starts, ends, strict=True)]
    return lay_out(index.layers, cards, counts, whole, None)


def _room(index: TensorIndex, row: PublishedRow, machine: Machine) -> int:
    """Bytes that all cards have for experts when they hold everything else; 0: not known."""
    each = memory_of(row.gpu)
    dense = sum(layer.dense_bytes for layer in index.layers) + index.output_bytes
    return max(int(len(machine.devices) * each * _FILLED) - dense, 1) if each else 0


def _filled(index: TensorIndex, row: PublishedRow, machine: Machine) -> Laid | None:
    """As many layers' experts on the cards as fit, the last ones."""
    room = _room(index, row, machine)
    if not room:
        return None
    in_ram = 0
    total = index.expert_bytes
    while in_ram < len(index.layers) and total > room:
        total -= index.layers[in_ram].expert_bytes
        in_ram += 1
    return Laid(_split(index, tuple(device.name for device in machine.devices), in_ram), known=False)


def _by_layers(index: TensorIndex, row: PublishedRow, machine: Machine) -> Laid | None:
    """Whole layers, by the share that is told, else as many as fit."""
    cards = tuple(device.name for device in machine.devices)
    layers = len(index.layers)
    told = _SHARE_ON_GPU.search(row.placement)
    if told:
        count = round(layers * min(int(told[1]), 100) / 100)
    else:
        room = len(cards) * memory_of(row.gpu)
        if not room:
            return None
        count = min(int(layers * room * _FILLED / max(index.bytes, 1)), layers)
    ends = [round(count * (number + 1) / len(cards)) for number in range(len(cards))]
    counts = [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    starts = [layers - count + end for end in [0, *ends[:-1]]]
    whole = [list(range(start, start + each)) for start, each in zip(starts, counts, strict=True)]
    return Laid(lay_out(index.layers, cards, counts, whole, None), known=bool(told))


def _cached(index: TensorIndex, row: PublishedRow, machine: Machine) -> Laid | None:
    cards = tuple(device.name for device in machine.devices)
    slots = slots_of(index)
    told = _SLOTS.search(row.placement)
    tokens = 16
    if told:
        count = int(told[1])
        granted = tuple(
            CachedLayer(layer.layer, min(count, layer.experts), layer.bytes(min(count, layer.experts)))
            for layer in slots
        )
    else:
        room = _room(index, row, machine) - workspace_bytes(index, tokens)
        granted = divided(slots, room) if room > 0 else ()
    if not granted:
        return None
    brought = "misses over" in row.placement.lower()
    cache = ExpertCache(
        cards[0], granted, workspace_bytes(index, tokens), tokens, "brought" if brought else "computed"
    )
    return Laid(_split(index, cards, len(index.layers)), cache, known=bool(told))
