"""The expert cache of a loaded model: opened as its placement grants, watched, closed.

It is opened after the model is loaded and before its context is made, and closed when no context is left. A context
made anew meanwhile goes on with it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import mean

import msgspec

from engine.activity import CacheActivity
from engine.errors import ErrorInfo, UserError
from engine.expert_cache.policy import policy_for
from engine.gguf.summary import ModelSummary
from engine.local import native
from engine.local.model.warm_experts import WarmExpertsFile
from engine.local.native import expert_cache as plugin
from engine.local.native.expert_cache import CacheCounters, CacheSettings
from engine.local.native.tensors import expert_tensors
from engine.placement.plan import RAM, ExpertCache, LoadedWeights, Placement

# What llama_decode gives when it was broken off.
_ABORTED = 2
# The residents are written when the engine comes to rest, but not more often than this.
KEEP_INTERVAL_S = 60.0


class ExpertCaching:
    """The open expert cache of a process. `slots` by layer number for the layers it serves; `layers`
    counts all of the model's. `notices` name layers that it does not serve. Call `close` once the context
    is gone."""

    def __init__(
        self,
        cache: ExpertCache,
        slots: dict[int, int],
        layers: int,
        notices: tuple[ErrorInfo, ...],
        kept: WarmExpertsFile | None,
    ) -> None:
        self._cache, self._slots, self._layers, self._kept = cache, slots, layers, kept
        self.notices = notices
        self._last = plugin.cache_counters()
        self._written = time.monotonic()

    @property
    def counters(self) -> CacheCounters:
        """Totals since it was opened."""
        return plugin.cache_counters()

    def activity(self) -> CacheActivity:
        """Metrics since the last call, or since it began to serve."""
        now, last = plugin.cache_counters(), self._last
        self._last = now
        return CacheActivity(
            tokens=now.tokens - last.tokens,
            uses=now.uses - last.uses,
            hits=now.hits - last.hits,
            above_hits=now.above_hits - last.above_hits,
            brought_bytes=now.brought_bytes - last.brought_bytes,
            moved_bytes=now.moved_bytes - last.moved_bytes,
            disk_bytes=now.disk_bytes - last.disk_bytes,
            disk_busy_s=(now.disk_busy_ns - last.disk_busy_ns) / 1e9,
            warm_experts=self.warm_experts(),
        )

    def warm_experts(self) -> tuple[tuple[int, ...], ...]:
        """Resident experts by layer; an empty row for a layer it does not serve."""
        return tuple(
            plugin.cache_residents(layer, self._slots[layer]) if layer in self._slots else ()
            for layer in range(self._layers)
        )

    def counted_with(self, weights: LoadedWeights) -> LoadedWeights:
        """`weights` plus the slots, which count as experts of their device, as in a plan."""
        cache, counters = self._cache, self.counters
        held = {cache.device: counters.allocated - cache.workspace}
        if cache.above is not None:
            held[cache.above.device] = counters.above_allocated - cache.above.workspace
        return msgspec.structs.replace(
            weights,
            bytes=_added(weights.bytes, held),
            expert_bytes=_added(weights.expert_bytes, held),
        )

    def warm_up(self, context: int, first_token: int) -> None:
        """Compute one token and forget it, so that whatever is allocated at a first use is there before an answer
        waits for it. Raises UserError `cache.not_loaded` (detail) where that fails, and `cache.not_supported`
        (device) where nothing of it was computed with the cache.
        """
        code = native.decode(context, [first_token])
        native.synchronize(context)
        native.forget_all(context)
        self._last = plugin.cache_counters()
        if code == _ABORTED:
            return
        if failure := self.failure():
            raise UserError.from_info(failure)
        if code != 0:
            raise UserError("cache.not_loaded", detail=f"llama_decode: {code}")
        if not self._last.blocks:
            raise UserError("cache.not_supported", device=self._cache.device)

    def failure(self) -> ErrorInfo | None:
        """Why the last step that failed could not read its experts, told once: `disk.*` (path)."""
        return native.floor_failure()

    def rest(self) -> None:
        """Store the resident experts when the engine becomes idle, at most once in a while."""
        if time.monotonic() - self._written >= KEEP_INTERVAL_S:
            self._keep()

    def close(self) -> None:
        self._keep()
        plugin.close_cache()
        native.close_floor()

    def _keep(self) -> None:
        self._written = time.monotonic()
        warm_experts = {layer: row for layer, row in enumerate(self.warm_experts()) if row}
        if self._kept is not None and warm_experts:  # not of a cache that was given up before it served
            self._kept.write(warm_experts)


def open_caching(
    model: int, placement: Placement, summary: ModelSummary, *, calibrations: str
) -> ExpertCaching:
    """Open the cache of `placement.expert_cache` for a loaded model, warm from the resident experts that an
    earlier one stored in the folder `calibrations` ("": none).

    Raises UserError `cache.*`, leaving nothing open.
    """
    cache = placement.expert_cache
    assert cache is not None
    plugin.open_cache(
        cache.device,
        CacheSettings(
            workspace=cache.workspace,
            tokens=cache.tokens,
            experts_used=summary.experts_used,
            policy=policy_for(
                mean(_slots(cache).values()),
                summary.experts_used,
                admission=cache.misses == "computed",
            ),
            bring_first=cache.misses == "brought",
            upload_beside=True,
            stream_from=native.streams_from(placement, cache),
            largest_batch=placement.ubatch,
            shared=cache.shared,
        ),
    )
    try:
        slots = _served(model, placement, cache)
        plugin.activate_cache(cache.device)
        kept = _residents_file(calibrations, str(summary.path))
        _warm(kept, slots, summary.experts)
        return ExpertCaching(cache, slots, native.layer_count(model), _notices(cache, len(slots)), kept)
    except BaseException:
        plugin.close_cache()
        raise


def _served(model: int, placement: Placement, cache: ExpertCache) -> dict[int, int]:
    """The slots of the layers that the device can serve, by number. Raises UserError `cache.*`."""
    tensors = expert_tensors(model, placement)
    slots = {
        each.layer: each.slots
        for each in cache.layers
        if each.layer in tensors
        and plugin.add_layer(each.layer, tensors[each.layer], each.slots, each.bytes, cache.device)
    }
    if not slots:
        raise UserError("cache.not_supported", device=cache.device)
    if cache.source == RAM:
        for layer in (*cache.without, *(each.layer for each in cache.layers)):
            if layer in tensors and layer not in slots:
                plugin.add_layer(layer, tensors[layer], 0, 0, cache.device)
    if (above := cache.above) is not None:
        plugin.open_above(above.device, above.workspace)
        for each in above.layers:
            if each.layer in slots and plugin.add_above(each.layer, each.slots, each.bytes, above.device):
                slots[each.layer] += each.slots
    return slots


def _slots(cache: ExpertCache) -> dict[int, int]:
    """Of each layer, a card's above those in RAM among them."""
    above = cache.slots_above
    return {each.layer: each.slots + above.get(each.layer, 0) for each in cache.layers}


def _added(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {**some, **{name: some.get(name, 0) + count for name, count in others.items()}}


def _notices(cache: ExpertCache, served: int) -> tuple[ErrorInfo, ...]:
    planned = len(cache.layers)
    if served == planned:
        return ()
    values: dict[str, str | int | float] = {
        "device": cache.device,
        "count": planned - served,
        "layers": planned,
    }
    return (ErrorInfo("cache.partly", values),)


def _residents_file(folder: str, path: str) -> WarmExpertsFile | None:
    with contextlib.suppress(OSError):
        return WarmExpertsFile(Path(folder), path) if folder else None
    return None


def _warm(kept: WarmExpertsFile | None, slots: dict[int, int], experts: int) -> None:
    if kept is not None:
        for layer, warm_experts in kept.read(slots, experts).items():
            plugin.warm_cache(layer, warm_experts)
