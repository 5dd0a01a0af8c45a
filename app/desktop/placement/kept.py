"""What the card of kept experts shows: which of them are on the device now, and what that spared lately. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec

from app.desktop.placement.experts_used.levels import Heat
from app.services.models.events import ModelChanged
from engine.activity import CacheActivity
from engine.placement.plan import DISK, CachedLayer, ExpertCache, Machine, PlannedModel

# Seconds of work that the figures are of.
WINDOW_S = 5.0
# The notice of a plan or a load without a cache that was wished for; the reason is the next one.
WITHOUT_CACHE = "cache.without"
# Told once a second while it is in use: after this long nothing is written any more.
REST_S = 2.5


class KeptPlan(msgspec.Struct, frozen=True):
    """The cache of the model that is loaded: `experts` in a layer, and the share of uses it was planned to serve."""

    cache: ExpertCache
    machine: Machine
    experts: int
    expected: tuple[float, float] = (0.0, 0.0)

    @property
    def from_disk(self) -> bool:
        """Whether RAM is what they are kept in, and the rest is in the file."""
        return self.cache.source == DISK

    @property
    def above(self) -> str:
        """The card that has some of them above RAM, "": none."""
        return self.cache.above.device if self.cache.above is not None else ""


def kept_plan(state: ModelChanged | None, model: PlannedModel | None) -> KeptPlan | None:
    """The cache that is in use by what is loaded, which is `model`; wishes that are not applied change nothing of it.
    None without one."""
    facts = state.facts if state is not None else None
    if state is None or model is None or facts is None or facts.plan is None:
        return None
    cache = facts.plan.placement.expert_cache
    told = (*state.notices, *facts.plan.notices)
    if cache is None or any(notice.code == WITHOUT_CACHE for notice in told):
        return None
    return KeptPlan(cache, facts.machine or model.machine, model.experts, facts.plan.predicted.hit_range)


def kept_map(layers: Sequence[CachedLayer], experts: int, warm_experts: Sequence[Sequence[int]]) -> Heat:
    """The layers of a cache by their experts; shade and share are 1 for an expert that is on the device."""
    shares = []
    for cached in layers:
        row = warm_experts[cached.layer] if cached.layer < len(warm_experts) else ()
        there = frozenset(row)
        shares.append(tuple(1.0 if expert in there else 0.0 for expert in range(experts)))
    levels = bytes(255 if share else 0 for line in shares for share in line)
    return Heat(tuple(cached.layer for cached in layers), experts, tuple(shares), levels)


class KeptFigures(msgspec.Struct, frozen=True):
    """Of the last seconds of work: the share of uses that found their expert on the device, the bytes of experts and
    of results that each token moved, the bytes that it read from the disk, and the share of time in which that
    read. `above`: the share of uses that a card served, above RAM."""

    hit_rate: float
    brought: float
    moved: float
    read: float = 0.0
    busy: float = 0.0
    above: float = 0.0


class RecentUse:
    """The last seconds of a cache's work. A rest begins anew; what was before it is told until then."""

    def __init__(self) -> None:
        self._told: deque[tuple[float, CacheActivity]] = deque()

    def add(self, activity: CacheActivity, now: float) -> None:
        """What was told at `now` (seconds, monotonic); a second without work says nothing."""
        if not activity.tokens or not activity.uses:
            return
        if self._told and now - self._told[-1][0] > REST_S:
            self._told.clear()
        self._told.append((now, activity))
        while now - self._told[0][0] >= WINDOW_S:
            self._told.popleft()

    def clear(self) -> None:
        self._told.clear()

    def figures(self) -> KeptFigures | None:
        """None before the first work."""
        told = [activity for _, activity in self._told]
        if not told:
            return None
        tokens = sum(activity.tokens for activity in told)
        return KeptFigures(
            sum(activity.hits for activity in told) / sum(activity.uses for activity in told),
            sum(activity.brought_bytes for activity in told) / tokens,
            sum(activity.moved_bytes for activity in told) / tokens,
            sum(activity.disk_bytes for activity in told) / tokens,
            min(sum(activity.disk_busy_s for activity in told) / len(told), 1.0),  # told once a second
            sum(activity.above_hits for activity in told) / sum(activity.uses for activity in told),
        )
