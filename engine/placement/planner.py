"""The planner: a model, a machine and wishes give a plan. Pure, and quick enough for a slider.

A byte of a device's memory is worth the share of it that each token reads. Attention, shared experts, router and
output are read whole, so they and the KV cache come first; a routed expert is read by few tokens, all of them
equally few, so whole layers of experts follow, the early ones (later layers use fewer different experts in a
prompt, which makes them the better ones to leave in RAM), then a part of one layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from engine.api import DEFAULT_CONTEXT
from engine.errors import ErrorInfo, UserError
from engine.placement.budgets import device_budgets
from engine.placement.candidate import Candidate, Choice, Given, work_out
from engine.placement.estimate import CELLS, Overhead
from engine.placement.expert_slots import slots_of
from engine.placement.explain import concession_notices, explanation, unused_notices
from engine.placement.plan import (
    RAM,
    CacheType,
    DeviceBytes,
    ExpertCache,
    Machine,
    Mode,
    Plan,
    Prediction,
    Wishes,
)
from engine.placement.predict import PROMPT, effective_bandwidth
from engine.placement.refusal import smallest_change
from engine.placement.tensor_index import TensorIndex

UBATCH = 512  # llama.cpp's default
STREAMED_UBATCHES = (1024, 2048, 4096)
# What "speed" weighs against a prompt: an answer.
ANSWER_TOKENS = 500
# A larger ubatch must save more than a few percent, for it takes memory that other programs may want.
WORTH_A_LARGER_UBATCH = 1.03
# Answers written at once, the most first, where none are wished.
SEQUENCES = (4, 2)
MOST_FOR_SEQUENCES = 1.05
# A step has a row of each answer, and must hold them with the smallest ubatch.
MOST_STREAMS = 32
# Streaming for every token, or a cache of experts, must promise this much before it is chosen on a prediction alone.
CLEARLY_FASTER = 1.25
_STREAMING: tuple[Mode, ...] = ("streamed_prompts", "streamed", "cached")
# The longest context, where the file does not say for how long the model was trained.
LONGEST_CONTEXT = 2**20


def plan(index: TensorIndex, machine: Machine, wishes: Wishes, overhead: Overhead | None = None) -> Plan:
    """Where everything lies. `overhead` is what dry runs taught; without it memory is estimated.

    Raises UserError for wishes that make no sense: `engine.context_too_long`, `placement.bad_number` (`name`,
    `value`), `placement.mode_impossible` (`mode`), `cache.too_small`, and those of `device_budgets`. What does not
    fit is no error but a plan with a refusal.
    """

    def made(wishes: Wishes) -> Plan:
        given, notices = given_by(index, machine, wishes, overhead or Overhead())
        choice = choose(given, wishes)
        return finished(given, wishes, work_out(given, choice), notices)

    return giving_up_a_cache(wishes, made)


def giving_up_a_cache(wishes: Wishes, make: Callable[[Wishes], Plan]) -> Plan:
    """What `make` plans for `wishes`, without a cache of experts where there is no room for one that nobody asked
    for: what was conceded or measured took it."""
    try:
        return make(wishes)
    except UserError as error:
        if error.code != "cache.too_small" or wishes.mode == "cached":
            raise
    return make(msgspec.structs.replace(wishes, concessions=(*wishes.concessions, "uncached")))


def given_by(
    index: TensorIndex, machine: Machine, wishes: Wishes, overhead: Overhead
) -> tuple[Given, tuple[ErrorInfo, ...]]:
    """What every candidate is worked out from, and notices about the budgets."""
    budgets, notices = device_budgets(machine, wishes)
    return Given(
        index, machine, budgets, wishes.workers, wishes.concessions, wishes.misses, overhead
    ), notices


def finished(
    given: Given,
    wishes: Wishes,
    candidate: Candidate,
    notices: tuple[ErrorInfo, ...],
    *,
    measured: bool = False,
) -> Plan:
    """A candidate as a plan, told in words, with a way out when it does not fit.

    Raises UserError `cache.too_small` where a cache of experts was chosen and there is no room for one.
    """
    choice = candidate.choice
    if choice.mode == "cached" and candidate.fits:
        cache = candidate.placement.expert_cache
        if cache is None or (wished_mode(given, wishes) is None and not _serves_all(given, cache)):
            raise UserError("cache.too_small")
    refusal = None if candidate.fits else smallest_change(given, wishes, candidate)
    mode = _mode_in_use(given, wishes, candidate)
    bytes_by_device = {name: candidate.bytes.get(name, DeviceBytes()) for name in given.budgets}
    layout = candidate.layout
    return Plan(
        placement=candidate.placement,
        mode=mode,
        dense_layers=_by_device(given, layout.layers),
        expert_layers=_by_device(given, layout.experts),
        partial=layout.partial,
        bytes=bytes_by_device,
        expert_bytes={name: candidate.expert_bytes.get(name, 0) for name in given.budgets},
        budgets=given.budgets,
        fits=candidate.fits,
        measured=measured,
        paged=candidate.paged,
        predicted=candidate.predicted,
        explanation=explanation(given, candidate),
        refusal=refusal,
        notices=(
            *notices,
            *_choice_notices(given, wishes, choice),
            *unused_notices(given, choice, layout),
            *concession_notices(given, candidate),
        ),
    )


def choose(given: Given, wishes: Wishes) -> Choice:
    """Decide mode, context, cache type, sequences, devices and ubatch."""
    given = msgspec.structs.replace(given, concessions=())
    mode, devices = _mode(given, wishes)
    asked = _context(given.index, wishes)
    start = Choice(asked, wishes.cache_type or "f16", wishes.ubatch or UBATCH, devices, mode)
    if wishes.prefer == "context" and not wishes.context:
        start = _longest(given, _with_sequences(given, wishes, start), wishes.cache_type)
    else:
        if wishes.cache_type is None and wishes.context:
            start = _smaller_cache_if_needed(given, start)
        start = _with_sequences(given, wishes, start)
    start = _best(given, _spreads(given, start))
    best = _smallest_ubatch_near_the_best(given, _ubatches(given, wishes, start))
    best = _streamed_if_clearly_faster(given, wishes, best)
    return _cached_if_clearly_faster(given, wishes, best, devices)


# --- mode ------------------------------------------------------------------------------------------------


def wished_mode(given: Given, wishes: Wishes) -> Mode | None:
    """The mode that is wished for, None where that is left to the planner: a cache of experts also where its library
    is missing or loading with it failed, for the model runs without it."""
    return None if wishes.mode == "cached" and not _may_cache(given, wishes) else wishes.mode


def _may_cache(given: Given, wishes: Wishes) -> bool:
    return given.machine.caches and "uncached" not in wishes.concessions


def _mode(given: Given, wishes: Wishes) -> tuple[Mode, tuple[str, ...]]:
    usable = tuple(device for device in given.machine.devices if given.budgets[device.name] > 0)
    names = tuple(device.name for device in usable)
    experts, streams = bool(given.index.expert_bytes), any(device.streams for device in usable)
    wished = wished_mode(given, wishes)
    match wished:
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
        case "layers":
            possible = bool(usable)
        case "resident":
            possible = bool(usable) and experts
        case _:
            possible = streams and experts
    if not possible:
        raise UserError("placement.mode_impossible", mode=wished)
    return wished, names


def _mode_in_use(given: Given, wishes: Wishes, candidate: Candidate) -> Mode:
    layout, mode = candidate.layout, candidate.choice.mode
    if not layout.devices:
        return "cpu"
    if wished_mode(given, wishes) is None and mode != "layers" and RAM not in layout.experts:
        return "resident"
    return mode


def _streamed_if_clearly_faster(given: Given, wishes: Wishes, choice: Choice) -> Choice:
    """Every token's experts over the link, where the link was measured and beats RAM by far."""
    if wished_mode(given, wishes) is not None or choice.mode != "streamed_prompts":
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
    given: Given, wishes: Wishes, choice: Choice, devices: tuple[str, ...]
) -> Choice:
    """Slots for single experts instead of whole layers of them, where experts are left for a RAM that was measured,
    and hit rates as they usually are promise much. If a model's are only halfway from blind chance to that, it must
    not lose more than it was to win; and nothing may have to be read from the disk for it, for a cache takes no
    experts out of RAM."""
    modes = ("resident", "streamed_prompts", "streamed")
    if wished_mode(given, wishes) is not None or not _may_cache(given, wishes) or choice.mode not in modes:
        return choice
    before = work_out(given, choice)
    if not before.fits or RAM not in before.layout.experts or not given.machine.ram.bandwidth:
        return choice
    cached = msgspec.structs.replace(
        choice, mode="cached", devices=devices, ubatch=wishes.ubatch or UBATCH, spread="even"
    )
    cached = _best(given, _spreads(given, cached))
    cached = _smallest_ubatch_near_the_best(given, _ubatches(given, wishes, cached))
    after = work_out(given, cached)
    cache = after.placement.expert_cache
    if cache is None or not _serves_all(given, cache) or not after.fits or after.paged:
        return choice
    usual = _seconds(before) / _seconds(after)
    halfway = _halfway_tps(before.predicted, after.predicted) / before.predicted.decode_tps
    return cached if usual >= CLEARLY_FASTER and halfway >= 1 / CLEARLY_FASTER else choice


def _halfway_tps(before: Prediction, after: Prediction) -> float:
    """Tokens per second with a cache whose hit rates are halfway down to the lowest. The low end of the range has
    them at the lowest, and all else as bad as it has for a plan without a cache."""
    lowest = after.decode_range[0] * before.decode_tps / before.decode_range[0]
    return 2 / (1 / lowest + 1 / after.decode_tps)


def _serves_all(given: Given, cache: ExpertCache) -> bool:
    """Whether all layers that can be cached have slots: one that nobody asked for is to be worth it."""
    return len(cache.layers) == len(slots_of(given.index))


# --- context and cache -----------------------------------------------------------------------------------


def _context(index: TensorIndex, wishes: Wishes) -> int:
    for name, value in (("context", wishes.context), ("ubatch", wishes.ubatch), ("streams", wishes.streams)):
        if value < 0 or (name == "streams" and value > MOST_STREAMS):
            raise UserError("placement.bad_number", name=name, value=value)
    trained = index.trained_context or LONGEST_CONTEXT
    if wishes.context > trained:
        raise UserError("engine.context_too_long", asked=wishes.context, trained=trained)
    return wishes.context or min(index.trained_context or DEFAULT_CONTEXT, DEFAULT_CONTEXT)


def _smaller_cache_if_needed(given: Given, start: Choice) -> Choice:
    if work_out(given, start).fits:
        return start
    smaller = msgspec.structs.replace(start, cache_type="q8_0")
    return smaller if work_out(given, smaller).fits else start


def _longest(given: Given, start: Choice, wished: CacheType | None) -> Choice:
    """The longest context that leaves everything as well placed as the usual one: all of attention on the
    devices if it was, nothing paged if nothing was. In f16 if that reaches the model's length, else in q8_0."""
    types: tuple[CacheType, ...] = (wished,) if wished else ("f16", "q8_0")
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


def _with_sequences(given: Given, wishes: Wishes, start: Choice) -> Choice:
    """As many answers at once as are wished, else the most of `SEQUENCES` that cost next to nothing.

    Attention over everything costs nothing more, for all share its cells; a window or a recurrent state is
    needed once for each. What that takes must not make a plan fail that fits, nor move what every token reads off
    the devices, nor begin to page, nor slow an answer down by more than `MOST_FOR_SEQUENCES`, which is about
    one layer of experts.
    """
    if wishes.streams:
        return msgspec.structs.replace(start, sequences=min(wishes.streams, start.ubatch))
    alone = work_out(given, start)
    for sequences in SEQUENCES:
        choice = msgspec.structs.replace(start, sequences=min(sequences, start.ubatch))
        shared = work_out(given, choice)
        if (
            shared.missing <= alone.missing
            and (shared.paged == 0 or alone.paged > 0)
            and shared.layout.first <= alone.layout.first
            and _seconds(shared) <= MOST_FOR_SEQUENCES * _seconds(alone)
        ):
            return choice
    return start


# --- devices and ubatch ----------------------------------------------------------------------------------


def _best(given: Given, choices: Iterable[Choice]) -> Choice:
    """The choice with the least missing, then the least time; the first of equals."""
    return min((work_out(given, choice) for choice in choices), key=_rank).choice


def _smallest_ubatch_near_the_best(given: Given, choices: Iterable[Choice]) -> Choice:
    candidates = [work_out(given, choice) for choice in choices]
    best = min(map(_rank, candidates))
    return next(
        candidate.choice
        for candidate in candidates
        if candidate.missing == best[0] and _seconds(candidate) <= WORTH_A_LARGER_UBATCH * best[1]
    )


def _rank(candidate: Candidate) -> tuple[int, float]:
    return candidate.missing, _seconds(candidate)


def _seconds(candidate: Candidate) -> float:
    predicted = candidate.predicted
    return PROMPT / predicted.prefill_tps + ANSWER_TOKENS / predicted.decode_tps


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


def _ubatches(given: Given, wishes: Wishes, start: Choice) -> Iterator[Choice]:
    """Larger ubatches are worth their memory where prompts are streamed: experts are copied once for each."""
    yield start
    streams = start.mode in _STREAMING and any(given.device(name).streams for name in start.devices)
    if wishes.ubatch or wishes.prefer == "context" or not streams:
        return
    for ubatch in STREAMED_UBATCHES:
        if ubatch <= start.context:
            yield msgspec.structs.replace(start, ubatch=ubatch)


def _by_device(given: Given, names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    layers = given.index.layers
    return {
        device: tuple(layers[number].number for number, name in enumerate(names) if name == device)
        for device in given.budgets
    }


def _choice_notices(given: Given, wishes: Wishes, choice: Choice) -> Iterator[ErrorInfo]:
    if wishes.cache_type is None and choice.cache_type != "f16":
        yield ErrorInfo("plan.smaller_cache", {"context": choice.context})
    if wished_mode(given, wishes) is None:
        if choice.mode == "streamed":
            yield ErrorInfo("plan.streamed_unconfirmed", {})
        if choice.mode == "cached":
            yield ErrorInfo("plan.cached_unconfirmed", {})
