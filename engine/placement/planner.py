"""Planner: from a model, a machine and options to a plan. Pure, and fast enough for a slider.

A byte of a device's memory is worth the share of it that each token reads. Attention, shared experts, router and
output are read whole, so they and the KV cache come first; a routed expert is read by few tokens, all of them
equally few, so whole layers of experts follow, the early ones (later layers use fewer different experts in a
prompt, which makes them the better ones to leave in RAM), then a part of one layer. Or slots follow for single
experts of every layer, where a cache keeps those in them that were used last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.errors import ErrorInfo, Param, UserError
from engine.gguf.tensor_index import TensorIndex
from engine.placement.budgets import device_budgets
from engine.placement.candidate import Candidate, unserved, work_out
from engine.placement.choosing import choose, requested_mode, usual_context
from engine.placement.estimate import Overhead
from engine.placement.explain import explanation, fallback_notices, unused_notices
from engine.placement.fewer_experts import overridden, with_experts_used
from engine.placement.mixing import slots_for_rounding
from engine.placement.plan import DISK, RAM, DeviceBytes, Machine, Mode, PlacementOptions, Plan
from engine.placement.planning_input import Given
from engine.placement.refusal import smallest_change
from engine.placement.slots.disk_floor import served_from_disk
from engine.placement.tightening import SMALL_UBATCHES


def plan(
    index: TensorIndex, machine: Machine, options: PlacementOptions, overhead: Overhead | None = None
) -> Plan:
    """Plan the placement. `overhead` is learned from dry runs; without it memory is estimated.

    Raises UserError for contradictory options: `engine.context_too_long`, `placement.bad_number` (`name`,
    `value`), `placement.mode_impossible` (`mode`), `cache.too_small`, and those of `device_budgets` and
    `with_experts_used`. A model
    that does not fit gives a plan with a refusal.
    """

    def made(options: PlacementOptions) -> Plan:
        given, notices = given_by(index, machine, options, overhead or Overhead())
        choice = choose(given, options)
        return finished(given, options, work_out(given, choice), notices)

    return giving_up_a_cache(options, made)


def giving_up_a_cache(options: PlacementOptions, make: Callable[[PlacementOptions], Plan]) -> Plan:
    """What `make` plans for `options`, without a cache of experts where there is no room for one that nobody asked
    for: what fallbacks or measurements took it."""
    try:
        return make(options)
    except UserError as error:
        if error.code != "cache.too_small" or options.mode == "cached":
            raise
    return make(options.without_cache())


def given_by(
    index: TensorIndex, machine: Machine, options: PlacementOptions, overhead: Overhead
) -> tuple[Given, tuple[ErrorInfo, ...]]:
    """The input of all candidates, and notices about budgets."""
    budgets, notices = device_budgets(machine, options)
    fewer = with_experts_used(index, options.experts_used)
    changed: tuple[tuple[str, int], ...] = ()
    if fewer is not index:
        changed = overridden(index, options.experts_used)
        told: dict[str, Param] = {"used": options.experts_used, "own": index.experts_used}
        notices = (*notices, ErrorInfo("plan.fewer_experts", told))
    given = Given(
        fewer,
        machine,
        budgets,
        options.workers,
        options.fallbacks,
        options.misses,
        overhead,
        changed,
        options.length,
    )
    return given, notices


def finished(
    given: Given,
    options: PlacementOptions,
    candidate: Candidate,
    notices: tuple[ErrorInfo, ...],
    *,
    measured: bool = False,
) -> Plan:
    """Turn a candidate into a plan with its explanation, and a way out if it does not fit.

    Raises UserError `cache.too_small` where a cache of experts was chosen and there is no room for one.
    """
    choice = candidate.choice
    if choice.mode == "cached" and candidate.fits:
        cache = candidate.placement.expert_cache
        if cache is None or (requested_mode(given, options) is None and unserved(given, candidate)):
            raise UserError("cache.too_small")
    refusal = None if candidate.fits else smallest_change(given, options, candidate)
    mode = _mode_in_use(given, options, candidate)
    layout = candidate.layout
    from_disk = served_from_disk(candidate.placement.expert_cache)
    floors = (*given.budgets, *((DISK,) if from_disk else ()))
    expert_homes = tuple(
        DISK if layer.number in from_disk else home
        for layer, home in zip(given.index.layers, layout.experts, strict=True)
    )
    return Plan(
        placement=candidate.placement,
        mode=mode,
        dense_layers=_by_device(given, given.budgets, layout.layers),
        expert_layers=_by_device(given, floors, expert_homes),
        partial=layout.partial,
        bytes={name: candidate.bytes.get(name, DeviceBytes()) for name in floors},
        expert_bytes={name: candidate.expert_bytes.get(name, 0) for name in floors},
        budgets=given.budgets,
        fits=candidate.fits,
        measured=measured,
        paged=candidate.paged,
        predicted=candidate.predicted,
        explanation=explanation(given, candidate),
        refusal=refusal,
        notices=(
            *notices,
            *_choice_notices(given, options, candidate),
            *unused_notices(given, choice, layout),
            *fallback_notices(given, candidate),
        ),
    )


def _mode_in_use(given: Given, options: PlacementOptions, candidate: Candidate) -> Mode:
    layout, mode = candidate.layout, candidate.choice.mode
    if mode == "disk" and served_from_disk(candidate.placement.expert_cache):
        return mode
    if not layout.devices:
        return "cpu"
    if requested_mode(given, options) is None and mode != "layers" and RAM not in layout.experts:
        return "resident"
    return mode


def _by_device(given: Given, devices: Iterable[str], names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    layers = given.index.layers
    return {
        device: tuple(layers[number].number for number, name in enumerate(names) if name == device)
        for device in devices
    }


def _choice_notices(given: Given, options: PlacementOptions, candidate: Candidate) -> Iterator[ErrorInfo]:
    choice = candidate.choice
    if options.cache_type is None and choice.cache_type == "q8_0":
        slots = slots_for_rounding(given, candidate)
        room: dict[str, Param] = {"slots": slots} if slots else {"context": choice.context}
        yield ErrorInfo("plan.cache_for_slots" if slots else "plan.smaller_cache", room)
    if requested_mode(given, options) is None:
        if choice.mode == "streamed":
            yield ErrorInfo("plan.streamed_unconfirmed", {})
        if choice.mode == "cached":
            yield ErrorInfo("plan.cached_unconfirmed", {})
    if choice.mode == "cached" and candidate.paged and given.machine.floors:
        yield ErrorInfo("plan.cached_paged", {"paged_bytes": candidate.paged})
    if choice.mode == "disk":
        yield from _disk_notices(given, options, candidate)


def _disk_notices(given: Given, options: PlacementOptions, candidate: Candidate) -> Iterator[ErrorInfo]:
    choice = candidate.choice
    if candidate.fits and not options.context and choice.context < usual_context(given.index):
        yield ErrorInfo("plan.shorter_context", {"context": choice.context})
    if candidate.fits and not options.ubatch and choice.ubatch in SMALL_UBATCHES:
        yield ErrorInfo("plan.small_batches", {"ubatch": choice.ubatch})
    if given.machine.disk.remote:
        yield ErrorInfo("plan.disk_remote", {})
