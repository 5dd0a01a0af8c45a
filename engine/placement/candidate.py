"""Placement candidate: its layout, bytes and predicted speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from engine.gguf.tensor_index import Layer
from engine.placement.estimate import compute_bytes, largest_expert_tensor
from engine.placement.layer_layout import cache_device, conceded_layers, lay_out_for, load_of, may_stream
from engine.placement.layout import Layout, Load
from engine.placement.overrides import overrides_for
from engine.placement.plan import DISK, RAM, DeviceBytes, ExpertCache, LoadMode, Misses, Placement, Prediction
from engine.placement.planning_input import Choice, Given
from engine.placement.predict import PROMPT, predict
from engine.placement.slots.card_above import place_above
from engine.placement.slots.disk_floor import (
    Floor,
    all_matrices,
    left_in_file,
    place_floor,
    untouched_bytes,
    with_floor,
)
from engine.placement.slots.expert_slots import TOKENS, cacheable, divided, workspace_bytes
from engine.placement.speed.prefill import Prompt
from engine.placement.variations import answer_seconds

# Memory that a GPU reads by itself cannot be swapped out, so it must leave the system this part of the budget.
PINNED_SHARE = 0.8
SMALLEST_UBATCH, SMALLEST_CONTEXT = 64, 512


class Candidate(msgspec.Struct, frozen=True):
    """`missing`: bytes by which RAM is too small for what cannot be paged; `paged`: for experts. `loaded` is the part
    of `bytes` that llama.cpp takes, without a cache of experts."""

    choice: Choice
    layout: Layout
    placement: Placement
    bytes: dict[str, DeviceBytes]
    loaded: dict[str, DeviceBytes]
    expert_bytes: dict[str, int]
    missing: int
    paged: int
    predicted: Prediction

    @property
    def fits(self) -> bool:
        return not self.missing

    @property
    def lacks_cache(self) -> bool:
        """Whether there is no room for the cache of experts that was chosen."""
        return self.choice.mode == "cached" and self.placement.expert_cache is None

    @property
    def answer_s(self) -> float:
        """Seconds that the question and answer which settings are judged by take."""
        return answer_seconds(self.predicted.prefill_tps, self.predicted.decode_tps)


def work_out(given: Given, choice: Choice) -> Candidate:
    """Place as much as fits under this choice, less its fallbacks."""
    return assess(given, choice, lay_out_for(given, choice))


def assess(given: Given, choice: Choice, layout: Layout) -> Candidate:
    """The bytes and speed of a layout, with ubatch and context reduced by fallbacks: the memory that this
    frees stays free, or the fallback would not help."""
    index = given.index
    reduced = msgspec.structs.replace(
        choice,
        ubatch=_halved(choice.ubatch, given.fallbacks.count("ubatch"), SMALLEST_UBATCH),
        context=_halved(choice.context, given.fallbacks.count("context"), SMALLEST_CONTEXT),
    )
    sizes = _device_bytes(given, reduced, layout, load_of(index, reduced))
    floor = place_floor(given, reduced, layout, sizes) if choice.mode == "disk" else None
    if floor is not None:
        return msgspec.structs.replace(_above_the_disk(given, reduced, layout, sizes, floor), choice=choice)
    missing, paged = _shortage(given, layout, sizes)
    placement = _placement(given, reduced, layout, sizes, paged)
    held = expert_bytes(index.layers, layout)
    cache = place_cache(given, reduced, layout, sizes) if choice.mode == "cached" else None
    if cache is None:
        predicted = _predicted(given, layout, placement, paged)
        return Candidate(choice, layout, placement, sizes, sizes, held, missing, paged, predicted)
    placement, predicted = _with_misses(given, layout, placement, cache, paged)
    return Candidate(
        choice,
        layout,
        placement,
        with_cache(sizes, cache),
        sizes,
        held | {cache.device: held[cache.device] + cache.slots},
        missing,
        paged,
        predicted,
    )


def _above_the_disk(
    given: Given, choice: Choice, layout: Layout, sizes: dict[str, DeviceBytes], floor: Floor
) -> Candidate:
    index, layers = given.index, cacheable(given.index, layout)
    above = place_above(given, choice, layout, sizes, floor.cache)
    cache = msgspec.structs.replace(floor.cache, above=above)
    bare = _placement(given, choice, layout, sizes, 0)
    # A mapping would be filled at the load: the whole file read, and held by the page cache.
    placement = msgspec.structs.replace(bare, expert_cache=cache, load_mode="pinned")
    held = expert_bytes(index.layers, layout)
    rest = left_in_file(cache, layers)
    held[RAM] += cache.slots - all_matrices(layers)
    if above is not None:
        held[above.device] += above.slots
    return Candidate(
        choice,
        layout,
        placement,
        with_floor(sizes, cache, layers, untouched_bytes(index, choice)),
        sizes,
        held | {DISK: rest},
        floor.missing + _crowded(given, layout, sizes),
        0,
        _predicted(given, layout, placement, 0),
    )


def _predicted(given: Given, layout: Layout, placement: Placement, paged: int) -> Prediction:
    """In a conversation of the length that is expected."""
    if not given.length:
        return predict(given.index, given.machine, layout, placement, paged)
    depth = min(given.length, placement.context)
    prompt = Prompt(min(PROMPT, placement.context), depth)
    return predict(given.index, given.machine, layout, placement, paged, depth=depth, prompt=prompt)


def with_cache(sizes: Mapping[str, DeviceBytes], cache: ExpertCache | None) -> dict[str, DeviceBytes]:
    """The bytes of each device with those of a cache of experts, of which dry runs know nothing."""
    if cache is None:
        return dict(sizes)
    size = sizes[cache.device]
    grown = DeviceBytes(size.model + cache.slots, size.context, size.compute + cache.workspace)
    return {**sizes, cache.device: grown}


def expert_bytes(layers: Sequence[Layer], layout: Layout) -> dict[str, int]:
    """Bytes of routed experts by device, RAM included."""
    held = dict.fromkeys((*layout.devices, RAM), 0)
    for number, layer in enumerate(layers):
        if layout.experts[number]:
            held[layout.experts[number]] += layer.expert_bytes
    if layout.partial:
        kinds = layers[layout.partial.layer].experts
        moved = sum(kinds[kind] for kind in layout.partial.kinds)
        held[layout.partial.device] += moved
        held[RAM] -= moved
    return held


def _halved(value: int, times: int, smallest: int) -> int:
    return max(value >> times, min(value, smallest))


# --- bytes -----------------------------------------------------------------------------------------------


def _device_bytes(given: Given, choice: Choice, layout: Layout, load: Load) -> dict[str, DeviceBytes]:
    index, overhead = given.index, given.overhead
    model = expert_bytes(index.layers, layout)
    context = dict.fromkeys(model, 0)
    for number, (layer, name) in enumerate(zip(index.layers, layout.layers, strict=True)):
        model[name] += layer.dense_bytes
        context[name] += load.cache[number]
    model[RAM] += index.embedding_bytes
    model[layout.output] += index.output_bytes
    repacked = _may_repack(given, choice) and index.output_type in given.machine.repacks
    if layout.output == RAM and index.output_tied and not repacked:
        # llama.cpp shares a tied table with the output where both lie in RAM, in one layout.
        model[RAM] -= min(index.embedding_bytes, index.output_bytes)
    staged = may_stream(given, choice) and any(device == RAM for device in layout.experts)
    sizes = {}
    for name in model:
        staging = largest_expert_tensor(index) if staged and given.device(name).streams else 0
        compute = compute_bytes(
            index,
            choice.context,
            choice.ubatch,
            outputs=choice.outputs if name == layout.output else 0,
            staging=staging,
            plain=choice.attention == "plain",
        )
        sizes[name] = DeviceBytes(
            max(model[name] + overhead.model.get(name, 0), 0),
            max(context[name] + overhead.context.get(name, 0), 0),
            max(compute + overhead.compute.get(name, 0), 0),
        )
    return sizes


def _may_repack(given: Given, choice: Choice) -> bool:
    own = choice.mode in ("cached", "disk")
    return bool(given.machine.repacks) and not own and "unrepacked" not in given.fallbacks


def _shortage(given: Given, layout: Layout, sizes: dict[str, DeviceBytes]) -> tuple[int, int]:
    """Missing RAM for what every token needs, and bytes of experts to be paged from disk."""
    over = max(sizes[RAM].total - given.budgets[RAM], 0)
    paged = min(over, expert_bytes(given.index.layers, layout)[RAM])
    return over - paged + _crowded(given, layout, sizes), paged


def _crowded(given: Given, layout: Layout, sizes: Mapping[str, DeviceBytes]) -> int:
    """Bytes by which devices are too small."""
    return sum(max(sizes[name].total - given.budgets[name], 0) for name in layout.devices)


# --- cache of experts ------------------------------------------------------------------------------------


def place_cache(
    given: Given, choice: Choice, layout: Layout, sizes: Mapping[str, DeviceBytes]
) -> ExpertCache | None:
    """Slots in what is left of one device's budget. None unless devices hold all that every token reads and there is
    room for the experts of one token.

    Of expert layers given up by fallbacks nothing goes to slots. Where there are none, each takes as much from the
    slots, but at most a quarter: a layer may be more than all there is.
    """
    index = given.index
    if layout.first or not layout.devices:
        return None
    device = cache_device(given, layout.devices)
    tokens = max(TOKENS, choice.sequences)  # a token of each answer, or many at once would never use it
    workspace = workspace_bytes(index, tokens)
    room = given.budgets[device] - sizes[device].total - workspace
    layer, whole = max(layer.expert_bytes for layer in index.layers), conceded_layers(given, choice)
    room -= whole * layer
    room -= (given.fallbacks.count("layer") - whole) * min(layer, room // 4)
    possible = cacheable(index, layout)
    layers = divided(possible, room)
    served = {each.layer for each in layers}
    without = tuple(each.layer for each in possible if each.layer not in served)
    return ExpertCache(device, layers, workspace, tokens, without=without) if layers else None


def unserved(given: Given, candidate: Candidate) -> int:
    """Layers that a cache of experts could hold and that have no slots."""
    cache = candidate.placement.expert_cache
    return len(cache.without if cache else cacheable(given.index, candidate.layout))


def _with_misses(
    given: Given, layout: Layout, placement: Placement, cache: ExpertCache, paged: int
) -> tuple[Placement, Prediction]:
    """Cache misses handled as requested, else the faster way; uploading needs a measured link."""
    ways: tuple[Misses, ...] = ("computed", "brought") if given.device(cache.device).link else ("computed",)
    placed = [
        msgspec.structs.replace(placement, expert_cache=msgspec.structs.replace(cache, misses=misses))
        for misses in ((given.misses,) if given.misses else ways)
    ]
    predicted = [_predicted(given, layout, each, paged) for each in placed]
    return max(zip(placed, predicted, strict=True), key=lambda pair: pair[1].decode_tps)


# --- llama.cpp parameters --------------------------------------------------------------------------------


def _placement(
    given: Given, choice: Choice, layout: Layout, sizes: dict[str, DeviceBytes], paged: int
) -> Placement:
    blocks = len(given.index.layers) + given.index.mtp_layers
    in_ram = [number for number, device in enumerate(layout.experts) if device == RAM]
    own = [number for number in in_ram if layout.layers[number] != RAM]
    partial = layout.partial
    op_offload = may_stream(given, choice) and bool(layout.devices)
    return Placement(
        context=choice.context,
        ubatch=choice.ubatch,
        devices=layout.devices,
        gpu_layers=blocks + 1 - layout.first if layout.devices else 0,
        split=_split(layout, given.index.mtp_layers),
        overrides=overrides_for(
            [number for number in own if partial is None or number != partial.layer],
            [number for number, device in enumerate(layout.experts) if device not in ("", RAM)],
            partial,
            given.index.layers[partial.layer].experts if partial else (),
        ),
        cache_type_k=choice.cache_type,
        cache_type_v=choice.cache_type,
        load_mode=_load_mode(given, op_offload and bool(in_ram), sizes[RAM].total, paged),
        op_offload=op_offload,
        min_batch=1 if choice.mode == "streamed" and op_offload else 0,
        workers=given.workers,
        sequences=choice.sequences,
        outputs=choice.outputs,
        attention=choice.attention,
        # Weights in a layout of their own are not mapped, so they could not be paged, and no cache could read them.
        repack=not paged and _may_repack(given, choice),
        kv_overrides=given.kv_overrides,
    )


def _split(layout: Layout, mtp_layers: int) -> tuple[float, ...]:
    """Slots of each device: its layers, and on the last one the output and MTP layers, which llama.cpp counts
    after the others. Whole numbers divide exactly where llama.cpp divides."""
    last = len(layout.counts) - 1
    return tuple(
        float(count + (1 + mtp_layers if number == last else 0)) for number, count in enumerate(layout.counts)
    )


def _load_mode(given: Given, streams: bool, in_ram: int, paged: int) -> LoadMode:
    comfortable = not paged and in_ram <= PINNED_SHARE * given.budgets[RAM]
    return "pinned" if streams and comfortable and "unpinned" not in given.fallbacks else "mapped"
