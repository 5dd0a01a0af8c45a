"""Engine functions for the placement services. Imported on use: a window opens without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import RAM, Device, Machine, Mode, PlacementOptions, Plan, PlannedModel

if TYPE_CHECKING:
    from engine.local.measure.benchmark import Benchmark
    from engine.local.measure.fewer_experts import ExpertsResult
    from engine.local.measure.modes import ModeResult
    from engine.local.measure.tuning import OnTrial, Tuning
    from engine.placement.estimate import Overhead

KeepGoing = Callable[[float], bool]


class Surveyed(msgspec.Struct, frozen=True):
    """A machine and its build: library version and CPU features in use.

    Bandwidths are those measured before, else 0.
    """

    machine: Machine
    build: tuple[str, ...] = ()


class Placing:
    """Functions of the local engine; `folder` stores what is measured once per machine and build.

    Methods block, some for seconds in a child process, and raise UserError with the reason.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def survey(self, workers: Sequence[str]) -> Surveyed:
        """The machine with the devices of these workers. Raises UserError `engine.*` and `worker.*`."""
        from engine.local.calibration import kept_calibration, with_bandwidths
        from engine.local.survey import survey

        found = survey(tuple(workers))
        build = found.build_key
        known = kept_calibration(found.machine, build, self._folder)
        return Surveyed(with_bandwidths(found.machine, known) if known else found.machine, build)

    def available(self) -> int:
        """Bytes of RAM that are free at this moment."""
        import psutil

        return int(psutil.virtual_memory().available)

    def measured(self, found: Surveyed, workers: Sequence[str], keep_going: KeepGoing) -> Machine:
        """With bandwidths: stored ones, or measured now in some seconds.

        `keep_going` cancels by returning False: then UserError `engine.load_cancelled` is raised.
        """
        from engine.local.calibration import calibrate, with_bandwidths
        from engine.local.layer_costs.measuring import layer_costs
        from engine.local.repack.speeds import measure_speeds

        known = calibrate(
            found.machine,
            found.build,
            self._folder,
            workers=tuple(workers),
            costs=layer_costs,
            keep_going=keep_going,
        )
        measure_speeds(found.machine, found.build, self._folder, keep_going=keep_going)
        return with_bandwidths(found.machine, known)

    def on_disk(self, machine: Machine, path: Path) -> Machine:
        """With the speed of the disk where this file is, or will be, as far as it was measured."""
        from engine.local.disk_calibration import with_kept_disk

        return with_kept_disk(machine, path, self._folder)

    def probe(self, address: str) -> tuple[Device, ...]:
        """The devices of one worker. Raises UserError `worker.*`."""
        from engine.placement.workers import probe

        return probe(address)

    def index(self, path: Path) -> tuple[GgufIndex, TensorIndex]:
        """Raises UserError `model.*`."""
        from engine.gguf.reading import read_index
        from engine.gguf.tensor_index import tensor_index

        read = read_index(path)
        return read, tensor_index(read)

    def plan(
        self, index: TensorIndex, machine: Machine, options: PlacementOptions, overhead: Overhead | None
    ) -> Plan:
        """Pure and fast. Raises UserError `placement.*` and `engine.context_too_long`."""
        from engine.placement.planner import plan
        from engine.placement.slots.uncached import or_uncached

        return or_uncached(lambda given: plan(index, machine, given, overhead), machine, options)

    def exact(self, path: str, options: PlacementOptions) -> PlannedModel:
        """The plan of a dry run in a child process."""
        from engine.local.planning import plan_model

        return plan_model(path, options, calibrations=str(self._folder))

    def learned(self, index: TensorIndex, exact: PlannedModel, options: PlacementOptions) -> Overhead:
        """What an exact plan teaches later estimates of this model."""
        from engine.placement.estimate import Overhead

        guessed = self.plan(index, exact.machine, options, None).bytes
        compute = {
            name: taken.compute - guessed[name].compute
            for name, taken in exact.plan.bytes.items()
            if name in guessed and taken.compute and guessed[name].compute
        }
        return Overhead(compute=compute)

    def fallback(self, plan: Plan, options: PlacementOptions) -> PlacementOptions | None:
        """Options with lower demands than this plan; None when no fallback is left."""
        from engine.placement.fallbacks import next_fallback

        return next_fallback(plan, options)

    def key(self, found: Surveyed) -> str:
        """Identifies the machine and the build: other machines' measurements do not apply."""
        from engine.local.calibration import machine_key
        from engine.local.threads import default_threads

        return machine_key(found.machine, found.build, default_threads())

    def benchmark(
        self, path: str, options: PlacementOptions, threads: int, depth: int, keep_going: KeepGoing
    ) -> Benchmark:
        from engine.local.measure.benchmark import benchmark

        kept = str(self._folder)
        return benchmark(
            path, options, threads=threads, depth=depth, keep_going=keep_going, calibrations=kept
        )

    def modes(
        self, path: str, options: PlacementOptions, machine: Machine, threads: int, keep_going: KeepGoing
    ) -> dict[str, ModeResult]:
        from engine.expert_cache.library import plugin_state
        from engine.local.measure.modes import available_modes, modes, modes_from_disk

        caches, index = plugin_state().problem is None, self.index(Path(path))[1]
        wanted: Mapping[str, Mode] = {
            mode: mode for mode in available_modes(machine, index.experts, caches=caches)
        }
        if RAM in options.budgets and index.experts:
            from_disk = modes_from_disk(machine)
            paging = msgspec.structs.replace(options, mode=from_disk["mmap"])
            wanted = from_disk if self.plan(index, machine, paging, None).paged else wanted
        kept = str(self._folder)
        return modes(path, options, wanted, threads=threads, keep_going=keep_going, calibrations=kept)

    def experts(
        self, path: str, options: PlacementOptions, wanted: Sequence[int], threads: int, keep_going: KeepGoing
    ) -> tuple[ExpertsResult, ...]:
        """The model with its own number of experts for each token, then with each of the `wanted` ones; none: with
        those that are worth a look. Raises UserError `experts.not_a_mixture` and `experts.bad_number` too."""
        from engine.local.measure.fewer_experts import compare_experts
        from engine.placement.fewer_experts import numbers_to_try, own_experts, with_experts_used

        index = self.index(Path(path))[1]
        own = own_experts(index)
        if not own:
            raise UserError("experts.not_a_mixture")
        for number in wanted:
            with_experts_used(index, number)
        tried = wanted or numbers_to_try(own)
        first, *rest = compare_experts(path, options, tried, threads=threads, keep_going=keep_going)
        return (msgspec.structs.replace(first, experts_used=own), *rest)

    def tune(
        self, path: str, options: PlacementOptions, machine: Machine, threads: int, on_trial: OnTrial
    ) -> Tuning:
        """Tune for at most a minute."""
        from engine.local.measure.tuning import tune

        return tune(path, options, machine, threads=threads, on_trial=on_trial)
