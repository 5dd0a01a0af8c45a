"""Choices before layers are divided: mode, context, cache type, concurrent answers, devices, ubatch, attention.

Each compares candidates by bytes and predicted speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

import msgspec

from engine.errors import UserError
from engine.gguf.tensor_index import TensorIndex
from engine.placement.attending import attended
from engine.placement.candidate import Candidate, unserved, work_out
from engine.placement.estimate import CELLS
from engine.placement.mixing import mixed
from engine.placement.plan import RAM, CacheType, Mode, PlacementOptions, Prediction
from engine.placement.planning_input import Choice, Given
from engine.placement.slots.expert_slots import slots_of
from engine.placement.speed.rates import effective_bandwidth
from engine.placement.tightening import tightened
from engine.values import DEFAULT_CONTEXT

UBATCH = 512  # llama.cpp's default
STREAMED_UBATCHES = (1024, 2048, 4096)
DISK_UBATCHES = (128, 256)
# A larger ubatch must save more than a few percent, for it takes memory that other programs may want.
WORTH_A_LARGER_UBATCH = 1.03
FROM_DISK = 1.025
# Default numbers of concurrent answers, the most first.
SEQUENCES = (8, 4, 2)
MOST_FOR_SEQUENCES = 1.05
# A step has a row of each answer, and must hold them with the smallest ubatch.
MOST_STREAMS = 32
# Streaming for every token, or a cache of experts, must promise this much before it is chosen on a prediction alone;
# a cache less where the costs of its layers were measured on this machine.
CLEARLY_FASTER, FASTER_AS_MEASURED = 1.25, 1.1
# Slots on a card above those in RAM, in place of whole layers: little is lost where they are worth less.
WORTH_SLOTS_ABOVE = 1.02
_STREAMING: tuple[Mode, ...] = ("streamed_prompts", "streamed", "cached")
# The longest context, where the file does not say for how long the model was trained.
LONGEST_CONTEXT = 2**20


def choose(given: Given, options: PlacementOptions) -> Choice:
    """Choose mode, context, cache type, sequences, devices, ubatch and attention."""
    given = msgspec.structs.replace(given, fallbacks=())
    mode, devices = _mode(given, options)
    asked = _context(given.index, options)
    start = Choice(asked, options.cache_type or "f16", options.ubatch or UBATCH, devices, mode)
    if options.prefer == "context" and not options.context:
        start = _longest(given, _with_sequences(given, options, start), options.cache_type)
    else:
        if options.cache_type is None and options.context and mode != "disk":
            start = _smaller_cache_if_needed(given, start)
        start = _with_sequences(given, options, start)
    start = _best(given, _spreads(given, start)).choice
    best = _ubatch_near_the_best(given, _ubatches(given, options, start))
    best = mixed(given, options, best) if best.mode == "cached" else best
    best = _streamed_if_clearly_faster(given, options, best)
    best = _cached_if_clearly_faster(given, options, best, devices)
    best = _from_disk_if_too_large(given, options, best, devices)
    best = _tightened_to_a_limit(given, options, best)
    return attended(given, options, _above_if_faster(given, best))


# --- mode ------------------------------------------------------------------------------------------------


def requested_mode(given: Given, options: PlacementOptions) -> Mode | None:
    """The requested mode, None if left to the planner; also an expert cache whose plugin is missing or
    failed, as the model runs without it."""
    impossible = (options.mode == "cached" and not _may_cache(given, options)) or (
        options.mode == "disk" and not _may_read_experts(given, options)
    )
    return None if impossible else options.mode


def _may_cache(given: Given, options: PlacementOptions) -> bool:
    return given.machine.caches and "uncached" not in options.fallbacks


def _may_read_experts(given: Given, options: PlacementOptions) -> bool:
    return given.machine.floors and "uncached" not in options.fallbacks


def _mode(given: Given, options: PlacementOptions) -> tuple[Mode, tuple[str, ...]]:
    usable = tuple(device for device in given.machine.devices if given.budgets[device.name] > 0)
    names = tuple(device.name for device in usable)
    experts, streams = bool(given.index.expert_bytes), any(device.streams for device in usable)
    requested = requested_mode(given, options)
    match requested:
        case None if not usable:
            return "cpu", ()
        case None if not experts:
            return "layers", names
        case None:
            return "streamed_prompts" if streams else "resident", names
        case "cpu":
            return "cpu", ()
        case "cached":
            possible = bool(usable) and bool(slots_of(given.index))
        case "disk":
            possible = bool(slots_of(given.index))
        case "layers":
            possible = bool(usable)
        case "resident":
            possible = bool(usable) and experts
        case _:
            possible = streams and experts
    if not possible:
        raise UserError("placement.mode_impossible", mode=requested)
    return requested, names


def _streamed_if_clearly_faster(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    """Every token's experts over the link, where the link was measured and beats RAM by far."""
    if requested_mode(given, options) is not None or choice.mode != "streamed_prompts":
        return choice
    links = [given.device(name).link for name in choice.devices if given.device(name).streams]
    if max(links, default=0.0) <= effective_bandwidth(given.machine.ram, given.machine.ram):
        return choice
    streamed = msgspec.structs.replace(choice, mode="streamed")
    before, after = work_out(given, choice), work_out(given, streamed)
    if after.predicted.decode_tps >= CLEARLY_FASTER * before.predicted.decode_tps:
        return streamed
    return choice


def _cached_if_clearly_faster(
    given: Given, options: PlacementOptions, choice: Choice, devices: tuple[str, ...]
) -> Choice:
    """Slots for single experts, beside whole layers or instead, where experts are left for a RAM that was measured,
    and hit rates as they usually are promise much. If a model's are only halfway from blind chance to that, it must
    not lose more than it was to win. Nothing may have to be read from the disk for it, for a cache takes no experts
    out of RAM, and a card must be able to fetch them from there by itself: other copies read RAM twice."""
    modes = ("resident", "streamed_prompts", "streamed")
    if (
        requested_mode(given, options) is not None
        or not _may_cache(given, options)
        or choice.mode not in modes
    ):
        return choice
    before = work_out(given, choice)
    if not before.fits or RAM not in before.layout.experts or not given.machine.ram.bandwidth:
        return choice
    cached = msgspec.structs.replace(
        choice, mode="cached", devices=devices, ubatch=options.ubatch or UBATCH, spread="even"
    )
    cached = _best(given, _spreads(given, cached)).choice
    cached = _ubatch_near_the_best(given, _ubatches(given, options, cached))
    cached = mixed(given, options, cached)
    after = work_out(given, cached)
    cache = after.placement.expert_cache
    if cache is None or unserved(given, after) or not after.fits or after.paged:
        return choice
    device = given.device(cache.device)
    if device.kind == "gpu" and after.placement.load_mode != "pinned":
        return choice
    clearly = FASTER_AS_MEASURED if device.costs.cached else CLEARLY_FASTER
    usual = before.answer_s / after.answer_s
    halfway = _halfway_tps(before.predicted, after.predicted) / before.predicted.decode_tps
    return cached if usual >= clearly and halfway >= 1 / CLEARLY_FASTER else choice


def _from_disk_if_too_large(
    given: Given, options: PlacementOptions, choice: Choice, devices: tuple[str, ...]
) -> Choice:
    """Single experts from the file where not all of them fit into RAM: the page cache would read several times as
    much, for it knows nothing of experts. Where there is no room for the least slots, RAM pages as it can; but a
    budget that was named is kept to."""
    if requested_mode(given, options) is not None or not _may_read_experts(given, options):
        return choice
    before = work_out(given, choice)
    if not before.paged or not slots_of(given.index):
        return choice
    start = msgspec.structs.replace(
        choice, mode="disk", devices=devices, ubatch=options.ubatch or UBATCH, spread="even", whole_layers=0
    )
    start = _best(given, _spreads(given, start)).choice
    from_disk = _ubatch_near_the_best(given, _ubatches(given, options, start))
    return from_disk if RAM in options.budgets or work_out(given, from_disk).fits else choice


def _tightened_to_a_limit(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    """The choice, with all that gives way where a limit was named, or the mode; batches as large as that leaves room
    for."""
    named = RAM in options.budgets or options.mode == "disk"
    if choice.mode != "disk" or not named or work_out(given, choice).fits:
        return choice
    tight = tightened(given, options, choice)
    return _ubatch_near_the_best(given, (*_ubatches(given, options, tight), tight))


def _above_if_faster(given: Given, choice: Choice) -> Choice:
    """Slots on the first card for experts that are read from the file, in place of all, half or none of the whole
    layers there: where that is faster, and at low hit rates no slower. What comes to a worker would cross the
    network, for every expert that is used more."""
    if choice.mode != "disk" or not choice.devices or given.device(choice.devices[0]).kind != "gpu":
        return choice
    before = work_out(given, choice)
    whole = before.layout.experts.count(choice.devices[0])
    counts = sorted({0, whole // 2, whole})
    after = _best(given, (msgspec.structs.replace(choice, above=True, whole_layers=each) for each in counts))
    cache = after.placement.expert_cache
    if cache is None or cache.above is None or after.missing > before.missing:
        return choice
    faster = WORTH_SLOTS_ABOVE * after.answer_s <= before.answer_s
    low, before_low = after.predicted.decode_range[0], before.predicted.decode_range[0]
    return after.choice if faster and WORTH_SLOTS_ABOVE * low >= before_low else choice


def _halfway_tps(before: Prediction, after: Prediction) -> float:
    """Tokens per second at hit rates halfway to the lowest; the range's low end has all else low too."""
    lowest = after.decode_range[0] * before.decode_tps / before.decode_range[0]
    return 2 / (1 / lowest + 1 / after.decode_tps)


# --- context and cache -----------------------------------------------------------------------------------


def _context(index: TensorIndex, options: PlacementOptions) -> int:
    for name, value in (
        ("context", options.context),
        ("ubatch", options.ubatch),
        ("streams", options.streams),
    ):
        if value < 0 or (name == "streams" and value > MOST_STREAMS):
            raise UserError("placement.bad_number", name=name, value=value)
    trained = index.trained_context or LONGEST_CONTEXT
    if options.context > trained:
        raise UserError("engine.context_too_long", asked=options.context, trained=trained)
    return options.context or usual_context(index)


def usual_context(index: TensorIndex) -> int:
    """Tokens of a context that nobody asked for."""
    return min(index.trained_context or DEFAULT_CONTEXT, DEFAULT_CONTEXT)


def _smaller_cache_if_needed(given: Given, start: Choice) -> Choice:
    if work_out(given, start).fits:
        return start
    smaller = msgspec.structs.replace(start, cache_type="q8_0")
    return smaller if work_out(given, smaller).fits else start


def _longest(given: Given, start: Choice, requested: CacheType | None) -> Choice:
    """The longest context that leaves everything as well placed as the usual one: all of attention on the
    devices if it was, nothing paged if nothing was, no layer without slots if a cache of experts served it. In f16
    if that reaches the model's length, else in q8_0."""
    types: tuple[CacheType, ...] = (requested,) if requested else ("f16", "q8_0")
    choice = start
    for cache_type in types:
        start = msgspec.structs.replace(start, cache_type=cache_type)
        choice = _longest_in(given, start)
        if choice.context >= (given.index.trained_context or LONGEST_CONTEXT):
            break
    return choice


def _longest_in(given: Given, start: Choice) -> Choice:
    usual = work_out(given, start)

    def as_good(context: int) -> bool:
        found = work_out(given, msgspec.structs.replace(start, context=context))
        return (
            found.fits
            and found.layout.first <= usual.layout.first
            and found.layout.devices == usual.layout.devices
            and (usual.paged > 0 or found.paged == 0)
            and unserved(given, found) <= unserved(given, usual)
        )

    trained = given.index.trained_context or LONGEST_CONTEXT
    if as_good(trained):
        return msgspec.structs.replace(start, context=trained)
    low, high = start.context // CELLS, -(-trained // CELLS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if as_good(middle * CELLS) else (low, middle)
    return msgspec.structs.replace(start, context=max(low * CELLS, start.context))


# --- sequences -------------------------------------------------------------------------------------------


def _with_sequences(given: Given, options: PlacementOptions, start: Choice) -> Choice:
    """As many concurrent answers as requested, else the most of `SEQUENCES` that cost next to nothing.

    Attention over everything costs nothing more, for all share its cells; a window or a recurrent state is
    needed once for each. What that takes must not make a plan fail that fits, nor move what every token reads off
    the devices, nor begin to page, nor slow an answer down by more than `MOST_FOR_SEQUENCES`, which is about
    one layer of experts. Both are compared on the devices that are best for them.
    """
    if options.streams:
        return msgspec.structs.replace(start, sequences=min(options.streams, start.ubatch))
    alone = _best(given, _spreads(given, start))
    for sequences in SEQUENCES:
        choice = msgspec.structs.replace(start, sequences=min(sequences, start.ubatch))
        shared = _best(given, _spreads(given, choice))
        if (
            shared.missing <= alone.missing
            and (shared.paged == 0 or alone.paged > 0)
            and shared.layout.first <= alone.layout.first
            and shared.lacks_cache == alone.lacks_cache
            and shared.answer_s <= MOST_FOR_SEQUENCES * alone.answer_s
        ):
            return choice
    return start


# --- devices and ubatch ----------------------------------------------------------------------------------


def _best(given: Given, choices: Iterable[Choice]) -> Candidate:
    """The candidate with the least missing, then with the chosen cache, then the fastest."""
    return min((work_out(given, choice) for choice in choices), key=_rank)


def _ubatch_near_the_best(given: Given, choices: Iterable[Choice]) -> Choice:
    candidates = [work_out(given, choice) for choice in choices]
    best = min(map(_rank, candidates))

    alike = [each for each in candidates if _rank(each)[:2] == best[:2]]
    found = next(each for each in alike if each.answer_s <= WORTH_A_LARGER_UBATCH * best[2])
    if found.choice.mode != "disk":
        return found.choice
    fastest = min(alike, key=_rank)
    near = (each.choice for each in alike if _costs_little(each, fastest))
    return fastest.choice if fastest.choice.devices else max(near, key=attrgetter("ubatch"))


def _costs_little(candidate: Candidate, fastest: Candidate) -> bool:
    """With experts from the file, where slots in RAM would have the memory of a larger ubatch: what a prompt gains is
    surer than what they are worth. On a card that memory is worth more."""
    written = candidate.predicted.decode_tps * FROM_DISK >= fastest.predicted.decode_tps
    return written and candidate.answer_s <= FROM_DISK * fastest.answer_s


def _rank(candidate: Candidate) -> tuple[int, bool, float]:
    return candidate.missing, candidate.lacks_cache, candidate.answer_s


def _spreads(given: Given, start: Choice) -> Iterator[Choice]:
    """All devices, divided by room or the fastest first; or only the fastest ones, for each device more is a
    hand-over more. Workers were named by the user and are always used."""
    yield start
    if len(start.devices) < 2:
        return
    yield msgspec.structs.replace(start, spread="fastest")
    ram = given.machine.ram
    devices = [given.device(name) for name in start.devices]
    gpus = sorted(
        (device for device in devices if device.kind != "rpc"),
        key=lambda device: -effective_bandwidth(device, ram),
    )
    workers = {device.name for device in devices if device.kind == "rpc"}
    for count in range(0 if workers else 1, len(gpus)):
        kept = workers | {device.name for device in gpus[:count]}
        names = tuple(name for name in start.devices if name in kept)
        yield msgspec.structs.replace(start, devices=names)
        if len(names) > 1:
            yield msgspec.structs.replace(start, devices=names, spread="fastest")


def _ubatches(given: Given, options: PlacementOptions, start: Choice) -> Iterator[Choice]:
    """Larger ubatches are worth their memory where prompts are streamed, or read from the disk: experts are copied
    once for each. Smaller ones leave more of it to slots, which may be what makes them fit."""
    from_disk = start.mode == "disk"
    if from_disk and not options.ubatch:
        yield from (msgspec.structs.replace(start, ubatch=ubatch) for ubatch in DISK_UBATCHES)
    yield start
    streams = start.mode in _STREAMING and any(given.device(name).streams for name in start.devices)
    if options.ubatch or options.prefer == "context" or not (streams or from_disk):
        return
    for ubatch in STREAMED_UBATCHES:
        if ubatch <= start.context:
            yield msgspec.structs.replace(start, ubatch=ubatch)
