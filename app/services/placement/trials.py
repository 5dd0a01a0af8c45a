"""Measures models on this machine, each in a process of its own: one placement, all modes, or tuning."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.events import EventBus
from app.services.models.events import ModelChanged
from app.services.placement.events import TuneProgress
from app.services.placement.machine import SurveyedMachine
from app.services.placement.placing import KeepGoing, Placing
from engine.errors import UserError
from engine.placement.plan import PlacementOptions

if TYPE_CHECKING:
    from engine.local.measure.benchmark import Benchmark
    from engine.local.measure.fewer_experts import ExpertsResult
    from engine.local.measure.modes import ModeResult
    from engine.local.measure.tuning import Trial, Tuning


# From this mean batch size on, an answer's speed differs from that of a single one.
TOGETHER = 1.05


class MeasuredSpeed(msgspec.Struct, frozen=True):
    """Tokens per second, 0: unknown."""

    decode_tps: float
    prefill_tps: float


class Tuned(msgspec.Struct, frozen=True):
    """The result of tuning: the fastest options and threads, and the speeds before and with them.

    `before` equals `after` when nothing was faster. `out_of_time`: there was more to try.
    """

    options: PlacementOptions
    before: MeasuredSpeed
    after: MeasuredSpeed
    threads: int = 0
    out_of_time: bool = False


# Context manager that frees memory for measuring: inside, no model is loaded, and these workers are free.
Unloaded = Callable[[tuple[str, ...]], contextlib.AbstractContextManager[None]]


class Trials:
    """Measures on `machine`. Wishes are complete here, as a load is asked.

    Methods take seconds to a minute and raise UserError as loading does, and `engine.load_cancelled`.
    """

    def __init__(
        self,
        home: Path,
        placing: Placing,
        machine: SurveyedMachine,
        events: EventBus,
        unloaded: Unloaded = lambda _: contextlib.nullcontext(),
    ) -> None:
        self._unloaded = unloaded
        self._home = home
        self._placing = placing
        self.machine = machine
        self._events = events
        self._cancelled = self._is_under_way = False

    def benchmark(
        self,
        path: str,
        options: PlacementOptions,
        threads: int,
        keep_going: KeepGoing = lambda _: True,
        *,
        depth: int = 0,
    ) -> Benchmark:
        """Prefill over 256 tokens and decode over 64, behind `depth` tokens where that is more."""
        self.machine.measured(options.workers, keep_going)  # once, so that the plan's prediction knows them
        return self._placing.benchmark(path, options, threads, depth, keep_going)

    def modes(
        self, path: str, options: PlacementOptions, threads: int, keep_going: KeepGoing = lambda _: True
    ) -> dict[str, ModeResult]:
        """The same greedy answer in each mode of this machine."""
        machine, _ = self.machine.measured(options.workers, keep_going)
        return self._placing.modes(path, options, machine, threads, keep_going)

    def experts(
        self,
        path: str,
        options: PlacementOptions,
        threads: int,
        keep_going: KeepGoing = lambda _: True,
        wanted: Sequence[int] = (),
    ) -> tuple[ExpertsResult, ...]:
        """How fast and how like itself the model is with fewer experts for each token, after its own number.
        Meanwhile no model is loaded."""
        with self._alone(options.workers):
            return self._placing.experts(
                path, options, wanted, threads, lambda done: keep_going(done) and not self._cancelled
            )

    def tune(self, path: str, options: PlacementOptions, threads: int) -> Tuned:
        """Try placements, batches and threads for at most a minute, told as `TuneProgress`; what was found is
        kept for `tuned`. Meanwhile no model is loaded. Raises `tuning.too_slow` too, and what `unloaded` raises."""
        with self._alone(options.workers):
            tuning, key = self._tune(path, options, threads)
        from app.services.placement.tuning import keep_tuning

        with contextlib.suppress(OSError):  # it can be found again
            keep_tuning(self._home, key, Path(path), tuning)
        return _tuned(tuning)

    @contextlib.contextmanager
    def _alone(self, workers: tuple[str, ...]) -> Iterator[None]:
        """Nothing is loaded inside. What is refused, as another one is under way, takes no cancel from that."""
        if not self._is_under_way:
            self._cancelled = False
        with self._unloaded(workers):
            self._is_under_way = True
            try:
                yield
            finally:
                self._is_under_way = False

    def _tune(self, path: str, options: PlacementOptions, threads: int) -> tuple[Tuning, str]:
        """The tuning result, and the key of the machine it is valid for."""
        machine, key = self.machine.measured(options.workers, lambda _: not self._cancelled)

        last: Trial | None = None

        def on_trial(trial: Trial | None, share: float) -> bool:
            nonlocal last
            last = trial or last
            kind, tps = (last.kind, last.decode_tps) if last else ("", 0.0)
            self._events.publish(TuneProgress(path, round(share * 100), 100, kind, tps))
            return not self._cancelled

        tuning = self._placing.tune(path, options, machine, threads, on_trial)
        if self._cancelled:
            raise UserError("engine.load_cancelled")
        return tuning, key

    def cancel(self) -> None:
        """Cancel tuning or a comparison in progress; returns at once."""
        self._cancelled = True

    def tuned(self, path: str) -> Tuned | None:
        """The result of the last tuning of this model on this machine."""
        from app.services.placement.tuning import kept_tuning

        tuning = kept_tuning(self._home, self.machine.key(), Path(path))
        return _tuned(tuning) if tuning else None


def _tuned(tuning: Tuning) -> Tuned:
    before, after = tuning.before, tuning.after
    return Tuned(
        options=after.setting.options,
        before=MeasuredSpeed(before.decode_tps, before.prefill_tps),
        after=MeasuredSpeed(after.decode_tps, after.prefill_tps),
        threads=after.setting.threads,
        out_of_time=tuning.out_of_time,
    )


def prefill_tps(state: ModelChanged, measured: MeasuredSpeed | None) -> float:
    """The speed at which the model in use reads: as measured, else as predicted, 0.0 where neither is known. Experts
    on the disk are read once for each batch, so what a short prompt measured says nothing of a long one."""
    plan = None if state.facts is None else state.facts.plan
    if measured is not None and measured.prefill_tps and (plan is None or plan.mode != "disk"):
        return measured.prefill_tps
    return 0.0 if plan is None else plan.predicted.prefill_tps
