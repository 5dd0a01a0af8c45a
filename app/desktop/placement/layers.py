"""What the strip of layers shows: for each layer on which devices its experts lie. Pure."""

from __future__ import annotations

import msgspec

from engine.placement.plan import RAM, Plan

# A layer's experts are three tensors: gate, up and down; some models keep gate and up in one.
KINDS = 3


class LayerCell(msgspec.Struct, frozen=True):
    """One layer. `shares` are devices with their part of it, which add up to 1; none: it has no experts. Where so
    many `slots` keep single experts on the first device, all of them lie on the last too, RAM or the disk. So many
    slots `above` are a card's, above those in RAM."""

    layer: int
    shares: tuple[tuple[str, float], ...] = ()
    slots: int = 0
    above: int = 0


def layer_cells(plan: Plan, layers: int, experts: int) -> tuple[LayerCell, ...]:
    """A cell for each of `layers`, of its `experts`, or of the whole layer in a model without any."""
    held: dict[int, tuple[tuple[str, float], ...]] = {}
    slots: dict[int, int] = {}
    above: dict[int, int] = {}
    for device, numbers in (plan.expert_layers if experts else plan.dense_layers).items():
        for number in numbers:
            held[number] = ((device, 1.0),)
    if experts and plan.partial is not None:
        share = min(len(plan.partial.kinds), KINDS - 1) / KINDS
        held[plan.partial.layer] = ((plan.partial.device, share), (RAM, 1 - share))
    cache = plan.placement.expert_cache
    for cached in cache.layers if cache is not None and experts else ():
        share = min(1.0, cached.own / experts)
        held[cached.layer] = ((cache.device, share), (cache.source, 1 - share))
        slots[cached.layer] = cached.own
        if cache.above is not None and (there := cache.slots_above.get(cached.layer, 0)):
            upper = min(1.0 - share, there / experts)
            rest = max(1 - share - upper, 0.0)
            held[cached.layer] = (
                (cache.above.device, upper),
                (cache.device, share),
                (cache.source, rest),
            )
            above[cached.layer] = there
    return tuple(
        LayerCell(layer, held.get(layer, ()), slots.get(layer, 0), above.get(layer, 0))
        for layer in range(layers)
    )


class LayerRun(msgspec.Struct, frozen=True):
    """Neighbouring layers that lie alike."""

    first: int
    last: int
    devices: tuple[str, ...]


def layer_runs(cells: tuple[LayerCell, ...]) -> tuple[LayerRun, ...]:
    """The cells as few stretches, for a description in words."""
    joined: list[LayerRun] = []
    for cell in cells:
        devices = tuple(device for device, _ in cell.shares)
        if joined and joined[-1].devices == devices:
            joined[-1] = LayerRun(joined[-1].first, cell.layer, devices)
        else:
            joined.append(LayerRun(cell.layer, cell.layer, devices))
    return tuple(joined)
