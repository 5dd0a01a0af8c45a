"""What one token reads of a placement, by device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from engine.gguf.tensor_index import TensorIndex
from engine.placement.estimate import cache_bytes
from engine.placement.layout import Layout
from engine.placement.plan import RAM, ExpertCache, Placement


class Reads(msgspec.Struct):
    """Bytes one token reads on a device: weights it always reads, routed experts (its share), and cache."""

    dense: int = 0
    routed: float = 0.0
    cache: int = 0
    layers: int = 0
    expert_layers: int = 0


def reads_of(index: TensorIndex, layout: Layout, placement: Placement, depth: int) -> dict[str, Reads]:
    """Of a token that follows `depth` others."""
    reads = {name: Reads() for name in (*layout.devices, RAM)}
    share = index.experts_used / index.experts if index.experts else 0.0
    reads[layout.output].dense += index.output_bytes
    for number, layer in enumerate(index.layers):
        home = reads[layout.layers[number]]
        home.dense += layer.dense_bytes
        home.layers += 1
        home.expert_layers += bool(layer.experts)
        if number < len(index.cache):
            home.cache += cache_bytes(index.cache[number], depth, placement.cache_type_k, 0)
        if layout.experts[number]:
            on_device = _held_apart(layout, number, layer.experts)
            if on_device and layout.partial:
                reads[layout.partial.device].routed += on_device * share
            reads[layout.experts[number]].routed += (layer.expert_bytes - on_device) * share
    return reads


def bytes_per_token(
    reads: Mapping[str, Reads], cached: Iterable[tuple[float, float, float]], cache: ExpertCache | None
) -> dict[str, int]:
    """Bytes that one token reads in the memory of each device, and from the file. `reads` are without the experts of
    layers in the `cache`, which `cached` are: bytes, and what the cache holds of them and a card above."""
    total = {name: read.dense + read.routed + read.cache for name, read in reads.items()}
    for routed, held, above in cached:
        assert cache is not None
        total[cache.device] += routed * ((1.0 if cache.misses == "brought" else held) - above)
        if cache.above is not None:
            total[cache.above.device] += routed * above
        total[cache.source] = total.get(cache.source, 0.0) + routed * (1 - held)
    return {name: round(amount) for name, amount in total.items() if amount >= 1}


def _held_apart(layout: Layout, number: int, kinds: Mapping[str, int]) -> int:
    partial = layout.partial
    if partial is None or partial.layer != number:
        return 0
    return sum(kinds[kind] for kind in partial.kinds)


def routed_away(layout: Layout) -> dict[str, int]:
    """Layers computed on each device whose experts lie in RAM."""
    away = dict.fromkeys(layout.devices, 0)
    for home, experts in zip(layout.layers, layout.experts, strict=True):
        if experts == RAM and home != RAM:
            away[home] += 1
    return away


def paged_share(index: TensorIndex, layout: Layout, paged: int) -> float:
    """Of the experts in RAM, the share that is on the disk when it is wanted."""
    if not paged:
        return 0.0
    in_ram = sum(
        layer.expert_bytes - _held_apart(layout, number, layer.experts)
        for number, layer in enumerate(index.layers)
        if layout.experts[number] == RAM
    )
    return min(paged / in_ram, 1.0) if in_ram else 0.0
