"""Check after loading: compares where each weight lies with its placement."""

from __future__ import annotations

from collections import Counter

from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_roles import EXPERT_TENSOR
from engine.local.native import memory
from engine.local.native.layouts.own_products import are_products_used, has_product
from engine.local.native.layouts.repack import extra_memories
from engine.local.native.tensors import placed_tensors
from engine.placement.expected import block_count, expected_devices, misplaced
from engine.placement.plan import RAM, LoadedWeights, Placement


def loaded_weights(model: int, context: int, index: GgufIndex, placement: Placement) -> LoadedWeights:
    """Bytes by device, and weights that lie elsewhere than `placement` says.

    Each weight counts with the room that its device's alignment gives it, as the dry run counts.
    """
    found = placed_tensors(model, placement)
    held: Counter[str] = Counter()
    experts: Counter[str] = Counter()
    repacked: Counter[str] = Counter()
    extra = set(extra_memories())
    for weight in found:
        held[weight.device] += weight.room
        if weight.memory in extra:
            repacked[weight.memory] += weight.room
        if EXPERT_TENSOR.search(weight.name):
            experts[weight.device] += weight.room
    if memory.has_account():
        held = Counter({name: size.model for name, size in memory.loaded_bytes(context, found).items()})
    names = [tensor.name for tensor in index.tensors]
    expected = expected_devices(names, block_count(index), placement)
    return LoadedWeights(
        bytes=dict(+held),
        expert_bytes=dict(experts),
        misplaced=misplaced(((weight.name, weight.device) for weight in found), expected),
        repacked=dict(repacked),
        products=_own_products(
            index, {each.name for each in found if each.device == RAM and each.memory not in extra}
        ),
    )


def _own_products(index: GgufIndex, names: set[str]) -> tuple[str, ...]:
    if not are_products_used():
        return ()
    types = {tensor.type_name for tensor in index.tensors if tensor.name in names}
    return tuple(sorted(filter(has_product, types)))
