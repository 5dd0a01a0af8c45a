"""Models with a cache of single experts that is placed by hand: on any device, the CPU included, with any slots.

What plans is made to add the cache to the plan that it found for a machine without devices or with workers, so that
all that follows a plan is the real thing. Whatever loads a model does so in a child process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec

from engine.api import LoadRequest
from engine.expert_cache.library import plugin_state
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.summary import summarize
from engine.gguf.tensor_roles import classify
from engine.placement.plan import (
    DISK,
    RAM,
    CachedLayer,
    CardSlots,
    ExpertCache,
    Misses,
    PlacementOptions,
    Plan,
)

if TYPE_CHECKING:
    from engine.local.model.session import Session

# What no device's alignment of one tensor exceeds.
_ALIGNMENT = 4096
_WORKSPACE = 64 * 2**20
# Places for experts that pass through.
_PASSING = 3


class HandPlaced(msgspec.Struct, frozen=True):
    """A cache on `device` with `slots` in each layer with experts, in those of `layers` alone where there are any.
    `granted` is the share of the bytes needed that the slots get. `source` is where all experts lie; with `in_turns`
    the layers have their slots in the room that experts from the file pass through. So many slots `above` those in
    RAM lie on the plan's first device."""

    slots: int
    device: str = RAM
    misses: Misses = "computed"
    tokens: int = 16
    layers: tuple[int, ...] = ()
    workspace: int = _WORKSPACE
    granted: float = 1.0
    source: str = RAM
    in_turns: bool = False
    above: int = 0


def is_built() -> bool:
    """Whether the plugin is there; tests without it are skipped."""
    return plugin_state().problem is None


def expert_cache(index: GgufIndex, placed: HandPlaced) -> ExpertCache:
    """What a placement grants; slots of a matrix take its part of an expert each, and some alignment."""
    experts = summarize(index).experts
    needed: dict[int, int] = {}
    for tensor in index.tensors:
        part = classify(tensor.name)
        if part.role == "expert" and (not placed.layers or part.layer in placed.layers):
            size = tensor.bytes // experts * placed.slots + _ALIGNMENT
            needed[part.layer] = needed.get(part.layer, 0) + size
    layers = tuple(
        CachedLayer(layer, placed.slots, int(size * placed.granted)) for layer, size in sorted(needed.items())
    )
    misses: Misses = "brought" if placed.source == DISK else placed.misses
    cache = ExpertCache(placed.device, layers, placed.workspace, placed.tokens, misses, placed.source)
    if placed.source != DISK:
        return cache
    if not placed.in_turns:
        slot = max(-(-layer.bytes // layer.slots) for layer in cache.layers)
        return msgspec.structs.replace(cache, shared=_PASSING * slot)
    layers = tuple(msgspec.structs.replace(layer, bytes=0) for layer in cache.layers)
    return msgspec.structs.replace(cache, layers=layers, shared=max(layer.bytes for layer in cache.layers))


def with_cache(plan: Plan, index: GgufIndex, placed: HandPlaced) -> Plan:
    cache = expert_cache(index, placed)
    if placed.above:
        there = expert_cache(index, msgspec.structs.replace(placed, slots=placed.above, source=RAM))
        above = CardSlots(plan.placement.devices[0], there.layers, 4096)
        cache = msgspec.structs.replace(cache, above=above)
    placement = msgspec.structs.replace(plan.placement, expert_cache=cache)
    if placed.source == DISK:
        placement = msgspec.structs.replace(placement, load_mode="pinned", repack=False)
        return msgspec.structs.replace(plan, placement=placement, mode="disk")
    return msgspec.structs.replace(plan, placement=placement, mode="cached")


@contextmanager
def placing(placed: HandPlaced) -> Iterator[None]:
    """Every plan made in this process has the cache, but where "uncached" was conceded."""
    from engine.local import preparing

    make_plan = preparing.make_plan

    def make(index: GgufIndex, model: Any, machine: Any, options: PlacementOptions, *rest: Any) -> Plan:
        plan = make_plan(index, model, machine, options, *rest)
        return plan if "uncached" in options.fallbacks else with_cache(plan, index, placed)

    with patch.object(preparing, "make_plan", make):
        yield


def cached_session(
    path: Path | str,
    slots: int,
    device: str = RAM,
    *,
    context: int = 512,
    streams: int = 1,
    workers: Sequence[str] = (),
    threads: int = 1,
    calibrations: str = "",
    watch_experts: bool = False,
    mode: Any = "cpu",
    **placed: Any,
) -> Session:
    """A session with a cache, made in this process, which must be a child of its own with llama.cpp started (as
    `engine.local.isolated_call` makes one). Slots 0: the same without a cache, with weights
    that lie as in the file, as a cache takes them. `placed` as in `HandPlaced`. With workers the rest of the model
    stays in RAM too, unless another `mode` is asked for."""
    from engine.local import native
    from engine.local.loading import open_session

    fallbacks: tuple[Any, ...] = () if slots else ("uncached", "unrepacked")
    options = PlacementOptions(
        context, workers=tuple(workers), mode=mode, streams=streams, fallbacks=fallbacks
    )
    request = LoadRequest(
        str(path), options, threads=threads, calibrations=calibrations, watch_experts=watch_experts
    )
    with placing(HandPlaced(max(slots, 1), device, **placed)):
        return open_session(request, native.AbortFlag(), lambda _: True, None)


def cached_host(connection: Connection, log_path: str, placed: HandPlaced) -> None:
    """The real host, whose plans have this cache: `LocalEngine(told, functools.partial(cached_host, placed=...))`."""
    from engine.local import host

    host.prepare_process(log_path)
    with placing(placed):
        host.Host(connection).run()
