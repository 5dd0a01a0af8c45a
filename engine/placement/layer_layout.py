"""Divides layers among the chosen devices, as many as fit, and of a cache of experts the layers beside it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.gguf.tensor_index import TensorIndex
from engine.placement.estimate import cache_bytes, compute_bytes, largest_expert_tensor
from engine.placement.layout import Layout, Load, Room, divide, fill, lay_out, on_the_cpu
from engine.placement.plan import RAM, PartialLayer
from engine.placement.planning_input import Choice, Given
from engine.placement.speed.rates import effective_bandwidth


def lay_out_for(given: Given, choice: Choice) -> Layout:
    """The layout of as much as fits, less the layers given up by fallbacks."""
    load = load_of(given.index, choice)
    staged = may_stream(given, choice) and bool(given.index.expert_bytes)
    layout = _place(given, choice, load, staging=0)
    if staged and RAM in layout.experts:
        layout = _place(given, choice, load, staging=largest_expert_tensor(given.index))
    fewer = given.fallbacks.count("layer") if choice.mode != "cached" and not choice.above else 0
    return _with_fewer(given, layout, fewer) if fewer else layout


def load_of(index: TensorIndex, choice: Choice) -> Load:
    """Bytes of each layer with its part of the context; experts apart in modes that place them by themselves."""
    whole, apart = choice.mode == "layers", choice.mode not in ("layers", "cached")
    return Load.of(
        tuple(layer.dense_bytes + (layer.expert_bytes if whole else 0) for layer in index.layers),
        tuple(
            cache_bytes(layer, choice.context, choice.cache_type, choice.ubatch, choice.sequences)
            for layer in index.cache
        ),
        tuple(layer.expert_bytes if apart else 0 for layer in index.layers),
    )


def may_stream(given: Given, choice: Choice) -> bool:
    """Whether llama.cpp may copy weights from RAM to a GPU for one operation."""
    return choice.mode not in ("cpu", "resident", "disk") and any(
        given.device(name).streams for name in choice.devices
    )


def _place(given: Given, choice: Choice, load: Load, staging: int) -> Layout:
    index = given.index
    rooms = [_room(given, choice, name, staging) for name in choice.devices]
    # A device that cannot even hold its buffers takes no part.
    rooms = [room for room in rooms if room.free > 0 and room.most > 0]
    while rooms:
        counts = divide(load, rooms, choice.spread)
        if counts:
            break
        rooms.pop()
    else:
        return on_the_cpu(index.layers)
    names = [room.device for room in rooms]
    if choice.mode == "layers":
        return _with_own_experts(index, names, counts)
    partial: PartialLayer | None = None
    whole: list[list[int]] = [[] for _ in rooms]
    if sum(counts) == len(index.layers):
        kinds = [layer.experts for layer in index.layers]
        whole, partial = fill(_with_experts(load, index), kinds, rooms, counts)
    if choice.mode == "cached":
        whole, partial = _beside_a_cache(given, choice, names, counts, whole), None
    if choice.mode == "disk":
        partial = None  # a layer's experts are read whole
        whole = [whole[0][: choice.whole_layers], *whole[1:]] if choice.above else whole
    return lay_out(index.layers, names, counts, whole, partial)


def _with_experts(load: Load, index: TensorIndex) -> Load:
    return Load.of(load.dense, load.cache, tuple(layer.expert_bytes for layer in index.layers))


def _beside_a_cache(
    given: Given,
    choice: Choice,
    names: Sequence[str],
    counts: Sequence[int],
    whole: Sequence[list[int]],
) -> list[list[int]]:
    """Of the layers that fit whole, on the cache's device as many as were chosen, for its other memory is for slots,
    and on others all. None where nothing would be left for the cache."""
    used = [name for name, count in zip(names, counts, strict=True) if count or name == names[-1]]
    home = cache_device(given, used)
    chosen = choice.whole_layers - conceded_layers(given, choice)
    kept = [layers[:chosen] if name == home else layers for name, layers in zip(names, whole, strict=True)]
    mixtures = sum(1 for layer in given.index.layers if layer.experts)
    return kept if sum(map(len, kept)) < mixtures else [[] for _ in kept]


def conceded_layers(given: Given, choice: Choice) -> int:
    """Whole layers beside a cache that are given up because a load failed."""
    return min(given.fallbacks.count("layer"), choice.whole_layers)


def cache_device(given: Given, names: Sequence[str]) -> str:
    """The device for a cache of experts: the fastest local one, else a worker."""
    devices = (given.device(name) for name in names)
    ram = given.machine.ram
    return max(devices, key=lambda found: (found.kind != "rpc", effective_bandwidth(found, ram))).name


def _with_own_experts(index: TensorIndex, names: Sequence[str], counts: Sequence[int]) -> Layout:
    whole, first = [], len(index.layers) - sum(counts)
    for count in counts:
        whole.append(range(first, first + count))
        first += count
    return lay_out(index.layers, names, counts, whole, None)


def _room(given: Given, choice: Choice, name: str, staging: int) -> Room:
    index, device = given.index, given.device(name)
    without = compute_bytes(index, choice.context, choice.ubatch, outputs=0)
    output = compute_bytes(index, choice.context, choice.ubatch, outputs=choice.outputs) - without
    staged = staging if device.streams else 0
    return Room(
        name,
        given.budgets[name] - without - staged - given.overhead.on(name),
        output + index.output_bytes,
        index.output_bytes,
        given.overhead.most_model.get(name, given.budgets[name]),
        effective_bandwidth(device, given.machine.ram),
    )


def _with_fewer(given: Given, layout: Layout, fewer: int) -> Layout:
    """Take `fewer` expert layers from each device, or layers where it holds no experts of their own."""
    index = given.index
    held = [
        [number for number, device in enumerate(layout.experts) if device == name] for name in layout.devices
    ]
    own = index.expert_bytes and layout.first == 0
    if own and any(held):
        whole = [numbers[: max(len(numbers) - fewer, 0)] for numbers in held]
        return lay_out(index.layers, layout.devices, layout.counts, whole, None)
    counts = [max(count - fewer, 0) for count in layout.counts]
    if not any(counts):
        return on_the_cpu(index.layers)
    if any(held):
        return _with_own_experts(index, layout.devices, counts)
    return lay_out(index.layers, layout.devices, counts, [[] for _ in counts], None)
