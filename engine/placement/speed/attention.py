"""What attention over cells in RAM takes, in the way that a placement has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import RAM, Attention, AttentionSpeed, Machine, Placement
from engine.placement.speed.rates import effective_bandwidth, plain_flops

# Where nothing was measured. Of RAM's bandwidth, what decoding reaches over keys and values: flash attention walks
# them once for each query head, plain attention once for all. Qwen3-30B falls from 25.3 to 21.4 tokens per second at
# 1,024 tokens with the former, to 24.0 with the latter (ik_llama.cpp, discussion 357).
CACHE_EFFICIENCY: dict[Attention, float] = {"flash": 0.33, "plain": 1.0}
# Of the rate of matrix products, what prompts reach. With plain attention, prompts of 3,000 tokens took 1.15 times as
# long on the starter model, of which attention is about half there.
PROMPT_EFFICIENCY: dict[Attention, float] = {"flash": 1.0, "plain": 0.75}


def operations(index: TensorIndex, homes: Sequence[str], seen: float) -> Mapping[str, float]:
    """Of a token that sees so many others: queries with keys and weights with values, by the device where a layer's
    lie (`homes`)."""
    found: dict[str, float] = {}
    for home, cache in zip(homes, index.cache, strict=False):
        if cache.k:
            width = min(seen, cache.window) if cache.window else seen
            found[home] = found.get(home, 0.0) + 4 * index.attention_width * width
    return found


def decode_seconds(
    index: TensorIndex,
    machine: Machine,
    homes: Sequence[str],
    placement: Placement,
    depth: int,
    cache_bytes: float,
) -> float:
    """Over the layers whose cells and states lie in RAM, of a token that follows `depth` others; `cache_bytes` are
    all that it reads of them."""
    bandwidth = effective_bandwidth(machine.ram, machine.ram)
    measured = _measured(index, machine, placement)
    if measured is None:
        return cache_bytes / CACHE_EFFICIENCY[placement.attention] / bandwidth
    states = sum(
        cache.recurrent_bytes for home, cache in zip(homes, index.cache, strict=False) if home == RAM
    )
    computed = operations(index, homes, depth).get(RAM, 0.0) / measured.decode
    return computed + states / CACHE_EFFICIENCY["flash"] / bandwidth


def prefill_rate(index: TensorIndex, machine: Machine, placement: Placement) -> float:
    """Operations per second of a prompt over cells in RAM."""
    measured = _measured(index, machine, placement)
    if measured is not None:
        return measured.prefill
    return plain_flops(machine.ram, machine.ram) * PROMPT_EFFICIENCY[placement.attention]


def _measured(index: TensorIndex, machine: Machine, placement: Placement) -> AttentionSpeed | None:
    """With heads that are about as wide: from 64 to 128 plain attention doubles its lead."""
    way = placement.attention, placement.cache_type_k
    width = index.attention_width // max(index.heads, 1)
    found = (each for each in machine.attention if (each.attention, each.kv_type) == way)
    return min(found, key=lambda each: abs(each.width - width), default=None)
