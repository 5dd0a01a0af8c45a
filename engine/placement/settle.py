"""From an estimate to an exact plan: plan, let llama.cpp measure without loading, learn, plan again.

Ends after at most `MOST_RUNS` dry runs, whatever they answer; or twice as many where plain attention or a cache of
experts has to be given up, and three times where a limit, or a cache's slots, are met with less and less. The plan
that comes out was measured itself, stays within every device's budget, and one step more on a device (a layer of
experts, a part of one, or a layer) would not: that step was measured too, or follows from adding its weights to what
was measured. A cache of experts takes what was measured to be left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.gguf.tensor_index import TensorIndex
from engine.placement.candidate import Candidate, assess, work_out
from engine.placement.choosing import choose
from engine.placement.estimate import Overhead, compute_bytes, largest_expert_tensor
from engine.placement.layout import Layout
from engine.placement.plan import DeviceBytes, ExpertCache, Machine, Placement, PlacementOptions, Plan
from engine.placement.planner import finished, given_by, giving_up_a_cache
from engine.placement.planning_input import Choice, Given

DryRun = Callable[[Placement], Mapping[str, DeviceBytes]]
MOST_RUNS = 8
# Kept back for the plan that always works, everything on the CPU.
_FALLBACK_RUNS = 1
# Where buffers turn out too large for what a limit was to hold, or leave a cache of experts no slots.
_MOST_TIGHTER = 2


def settle(index: TensorIndex, machine: Machine, options: PlacementOptions, dry_run: DryRun) -> Plan:
    """The plan for a file that is here. `dry_run` gives what llama.cpp would allocate for a placement, by device.

    Context, cache type, devices and ubatch are those of the first plan. Raises what `plan` raises. A placement
    that cannot be dry run (UserError) counts as one that does not fit; where none can, the plan is refused with
    that error. Where nothing is left for a cache of experts that nobody asked for, all begins again without one, and
    so where plain attention was chosen and does not fit.
    """

    def settled(requested: PlacementOptions) -> Plan:
        found = _settled(index, machine, requested, dry_run)
        if found.placement.attention == "flash" or requested.attention or (found.fits and not found.paged):
            return found
        # Scores take more than was estimated, or the model cannot do without flash attention.
        flash = msgspec.structs.replace(requested, attention="flash")
        return _settled(index, machine, flash, dry_run)

    return giving_up_a_cache(options, settled)


def _settled(index: TensorIndex, machine: Machine, options: PlacementOptions, dry_run: DryRun) -> Plan:
    given, notices = given_by(index, machine, options, Overhead())
    choice = choose(given, options)
    found = _searched(given, choice, dry_run)
    for _ in range(_MOST_TIGHTER):
        tighter = choose(found.given, options) if _is_too_wide(found) else choice
        if tighter == choice:
            break
        choice = tighter
        found = _searched(given, choice, dry_run)
    plan = finished(found.given, options, found.candidate, notices, measured=found.error is None)
    return msgspec.structs.replace(plan, fits=False, refusal=found.error) if found.error else plan


class _Found(msgspec.Struct, frozen=True):
    """The best under a choice, and what is given with what its dry runs taught; `error` where none could run."""

    candidate: Candidate
    given: Given
    error: ErrorInfo | None = None


def _searched(given: Given, choice: Choice, dry_run: DryRun) -> _Found:
    search = _Search(given, choice, dry_run)
    best = search.run()
    if best is None:
        return _Found(work_out(given, choice), given, search.error)
    known = msgspec.structs.replace(given, overhead=best.taught)
    return _Found(assess(known, choice, best.layout), known)


def _is_too_wide(found: _Found) -> bool:
    """Whether buffers leave less than was chosen for: a limit is broken, or a cache of experts has no slots."""
    mode = found.candidate.choice.mode
    if found.error or mode not in ("cached", "disk"):
        return False
    return found.candidate.lacks_cache if mode == "cached" else not found.candidate.fits


class _Tried(msgspec.Struct, frozen=True):
    """One dry run: estimated `weights` by device, and the `overfull` devices, all where it could not run."""

    layout: Layout
    weights: dict[str, int]
    taught: Overhead
    overfull: frozenset[str]
    ran: bool = True

    @property
    def on_devices(self) -> int:
        return sum(self.weights.values())


class _Search:
    """The dry runs so far, and from them the next one."""

    def __init__(self, given: Given, choice: Choice, dry_run: DryRun) -> None:
        self._given, self._choice, self._dry_run = given, choice, dry_run
        self.error: ErrorInfo | None = None
        self._tried: dict[Placement, _Tried] = {}

    def run(self) -> _Tried | None:
        """The plan that holds most on the devices of those that were measured within every budget."""
        self._follow_what_was_taught()
        while len(self._tried) < MOST_RUNS - _FALLBACK_RUNS:
            following = self._between()
            if following is None:
                break
            self._try(following)
        if self._best() is None:
            nothing = Overhead(most_model=dict.fromkeys(self._choice.devices, 0))
            candidate = self._candidate(nothing)
            if self._known(candidate) is None:
                self._try(candidate)
        return self._best()

    def _follow_what_was_taught(self) -> None:
        """Plan with what the last dry run taught until that gives a plan that was measured before."""
        candidate = self._first()
        while self._known(candidate) is None and len(self._tried) < MOST_RUNS - _FALLBACK_RUNS:
            candidate = self._candidate(self._try(candidate).taught)

    def _first(self) -> Candidate:
        """By estimates; where those leave layers in RAM, as if buffers took nothing, for a placement teaches
        only about the devices it uses, and an estimate that is too large must not keep one out."""
        candidate = self._candidate(Overhead())
        if candidate.layout.first == 0 and len(candidate.layout.devices) == len(self._choice.devices):
            return candidate
        choice, index = self._choice, self._given.index
        staging = largest_expert_tensor(index)
        buffers = compute_bytes(index, choice.context, choice.ubatch, outputs=choice.outputs, staging=staging)
        return self._candidate(Overhead(compute=dict.fromkeys(choice.devices, -buffers)))

    def _between(self) -> Candidate | None:
        """A plan between the best within budgets and the least beyond; None if the best is final."""
        best = self._best()
        low = best.weights if best else {}
        ceilings = self._ceilings(low)
        if not ceilings:
            return None
        taught = best.taught if best else list(self._tried.values())[-1].taught
        middle = {name: (low.get(name, 0) + most) // 2 for name, most in ceilings.items()}
        below = {name: most - 1 for name, most in ceilings.items()}
        for most in (middle, below):
            candidate = self._candidate(msgspec.structs.replace(taught, most_model=most))
            if self._known(candidate) is None:
                return candidate
        return None

    def _ceilings(self, low: Mapping[str, int]) -> dict[str, int]:
        """For each device the least weights that broke its budget, where that is more than the best holds."""
        ceilings: dict[str, int] = {}
        for tried in self._tried.values():
            for name in tried.overfull:
                if tried.weights[name] > low.get(name, -1):
                    ceilings[name] = min(tried.weights[name], ceilings.get(name, tried.weights[name]))
        return ceilings

    def _best(self) -> _Tried | None:
        within = [tried for tried in self._tried.values() if tried.ran and not tried.overfull]
        return max(within, key=lambda tried: tried.on_devices, default=None)

    def _candidate(self, overhead: Overhead) -> Candidate:
        return work_out(msgspec.structs.replace(self._given, overhead=overhead), self._choice)

    def _known(self, candidate: Candidate) -> _Tried | None:
        return self._tried.get(measured_as(candidate.placement))

    def _try(self, candidate: Candidate) -> _Tried:
        estimated = assess(
            msgspec.structs.replace(self._given, overhead=Overhead()), self._choice, candidate.layout
        ).loaded
        weights = {name: estimated[name].model for name in candidate.layout.devices}
        try:
            measured = self._dry_run(candidate.placement)
        except UserError as error:
            self.error = error.info
            tried = _Tried(candidate.layout, weights, Overhead(), frozenset(weights), ran=False)
        else:
            overfull = {
                name
                for name in weights
                if measured.get(name, DeviceBytes()).total > self._given.budgets[name]
            }
            tried = _Tried(candidate.layout, weights, _taught(estimated, measured), frozenset(overfull))
        self._tried[measured_as(candidate.placement)] = tried
        return tried


def measured_as(placement: Placement) -> Placement:
    """How weights are held in RAM, and the sizes of a cache of experts, change nothing that a dry run sees."""
    cache = placement.expert_cache
    if cache is not None:
        layers = sorted((*cache.without, *(each.layer for each in cache.layers)))
        cache = ExpertCache(cache.device, (), 0, cache.tokens, source=cache.source, without=tuple(layers))
    return msgspec.structs.replace(placement, load_mode="mapped", expert_cache=cache)


def _taught(estimated: Mapping[str, DeviceBytes], measured: Mapping[str, DeviceBytes]) -> Overhead:
    pairs = {name: (measured.get(name, DeviceBytes()), size) for name, size in estimated.items()}
    return Overhead(
        model={name: found.model - size.model for name, (found, size) in pairs.items()},
        context={name: found.context - size.context for name, (found, size) in pairs.items()},
        compute={name: found.compute - size.compute for name, (found, size) in pairs.items()},
    )
