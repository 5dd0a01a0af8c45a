"""Slots on a card above those in RAM, of experts that stay in the file: what whole layers would have there goes to
the experts used most of every layer.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.placement.layout import Layout
from engine.placement.plan import CardSlots, DeviceBytes, ExpertCache
from engine.placement.planning_input import Choice, Given
from engine.placement.slots.expert_slots import cacheable, divided

_ID = 4


def place_above(
    given: Given, choice: Choice, layout: Layout, sizes: Mapping[str, DeviceBytes], below: ExpertCache
) -> CardSlots | None:
    """What the first card has left for layers that it computes and that have slots in RAM; None without room.

    Each layer given up by fallbacks takes a quarter of the room.
    """
    if not choice.above or layout.first or not layout.devices:
        return None
    device, index = layout.devices[0], given.index
    workspace = below.tokens * index.experts_used * _ID
    room = given.budgets[device] - sizes[device].total - workspace
    room -= given.fallbacks.count("layer") * max(room // 4, 0)
    served = {layer.layer for layer in below.layers if layer.own}
    computed = {
        layer.number for layer, home in zip(index.layers, layout.layers, strict=True) if home == device
    }
    layers = [slots for slots in cacheable(index, layout) if slots.layer in served & computed]
    granted = divided(layers, room, tokens=1)
    return CardSlots(device, granted, workspace) if granted else None
