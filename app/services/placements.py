"""Where models would lie, where they lie, and how fast that is: for the Placement page and the command line.

Methods block on files, child processes or workers: call them off the GUI thread. What changes is told to the
subscribers from service threads.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.events import (
    AnswerFinished,
    ExpertsChanged,
    MachineChanged,
    ModelChanged,
    PlacementChanged,
    ServiceEvent,
    Subscriber,
    WorkerState,
)
from app.services.measuring import Measuring
from app.services.models import STARTER, Models, resolve_model, shown_name
from app.services.placing import LocalPlacing, Placing
from app.services.settings import SettingsFile
from app.services.wishes import WishesFile, complete, kept_part
from app.services.workers import Workers
from engine.api import ExpertsFired
from engine.errors import UserError
from engine.placement.gguf_index import GgufIndex
from engine.placement.plan import Machine, Plan, PlannedModel, Wishes
from engine.placement.routing import Routing, with_fired
from engine.placement.tensor_index import TensorIndex

if TYPE_CHECKING:
    from engine.placement.estimate import Overhead

# Of a file, whatever part of a model it is: path, size, time of change in nanoseconds.
Fingerprint = tuple[tuple[str, int, int], ...]


class ModelEntry(msgspec.Struct, frozen=True):
    """A model that can be chosen."""

    name: str
    path: str


class MeasuredSpeed(msgspec.Struct, frozen=True):
    """Of the last answer of a model, as it was placed then. Tokens per second, 0: not known."""

    decode_tps: float
    prefill_tps: float


class Tuned(msgspec.Struct, frozen=True):
    """What trying placements out found: the fastest wishes and threads, and the speeds before and with them.

    `before` equals `after` when nothing was faster. `out_of_time`: there was more to try.
    """

    wishes: Wishes
    before: MeasuredSpeed
    after: MeasuredSpeed
    threads: int = 0
    out_of_time: bool = False


class _Indexed(msgspec.Struct, frozen=True):
    fingerprint: Fingerprint
    file: GgufIndex
    tensors: TensorIndex


class Placements:
    """Plans, the machine they are made for, and what was measured."""

    def __init__(
        self, home: Path, settings: SettingsFile, wishes: WishesFile, placing: Placing | None = None
    ) -> None:
        self._home = home
        self._settings = settings
        self._wishes = wishes
        self._placing: Placing = placing or LocalPlacing(home / "calibration")
        self._subscribers: list[Subscriber] = []
        self._surveying = threading.Lock()
        self._machine: tuple[tuple[str, ...], Machine] | None = None
        self._indexing = threading.Lock()
        self._indexed: dict[str, _Indexed] = {}
        self._overheads: dict[str, Overhead] = {}
        self._speeds: dict[str, MeasuredSpeed] = {}
        self._fired: dict[int, ExpertsChanged] = {}
        self._models: Models | None = None
        self._tune_cancelled = False
        self._measuring = Measuring(self._placing, self._measured)
        self._workers = Workers(settings, self._placing.probe, self._tell)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def attach(self, models: Models) -> None:
        """The models whose placements these are."""
        self._models = models

    # --- the machine ---

    def machine(self) -> Machine:
        """This machine with its workers that are there; surveyed once, and again when the workers change.

        Its bandwidths are measured in the background and told as `MachineChanged`; until then they are 0.
        Raises UserError `engine.*` when the engine does not start, `worker.*` for a worker that went away.
        """
        workers = self._reachable()
        with self._surveying:
            if self._machine is None or self._machine[0] != workers:
                found = self._placing.survey(workers)
                self._machine = (workers, found.machine)
                self._measuring.ask(found, workers)
            return self._machine[1]

    def measured_machine(self) -> Machine:
        """The same with its bandwidths, measured now if they were not before, which takes some seconds."""
        workers = self._reachable()
        found = self._placing.survey(workers)
        machine = self._placing.measured(found, workers, lambda _: True)
        with self._surveying:
            self._machine = (workers, machine)
        return machine

    def refresh(self) -> Machine:
        """Look again: what is free has changed, a worker came or went. Raises as `machine` does."""
        self._workers.check()
        with self._surveying:
            self._machine = None
        machine = self.machine()
        self._tell([MachineChanged(machine)])
        return machine

    def _measured(self, workers: tuple[str, ...], machine: Machine) -> None:
        with self._surveying:
            if self._machine is None or self._machine[0] != workers:
                return  # looked at anew meanwhile
            self._machine = (workers, machine)
        self._tell([MachineChanged(machine)])

    # --- models and plans ---

    def models(self) -> tuple[ModelEntry, ...]:
        """The one in use first, then the starter and those used before, each once."""
        current = self._models.state if self._models else ModelChanged("empty", "", "")
        paths = [current.path] if current.path else []
        for name in (STARTER, self._settings.current.model, *self._settings.current.recent_models):
            try:
                paths.append(str(resolve_model(name)))
            except UserError:
                continue  # a starter that is not installed is no choice
        return tuple(
            ModelEntry(current.name if path == current.path and current.facts else shown_name(path), path)
            for path in dict.fromkeys(paths)
            if Path(path).is_file()
        )

    def planned(self, path: str, wishes: Wishes) -> PlannedModel:
        """The plan for these wishes, fast: the file is read once, the machine is known, and what llama.cpp
        itself needs is taken from the last exact plan.

        Raises UserError `model.*` for the file and as `machine` does.
        """
        machine = self.machine()
        indexed = self._index(path)
        wishes = self.with_workers(wishes)
        plan = self._placing.plan(indexed.tensors, machine, wishes, self._overheads.get(path))
        return described(path, indexed.tensors, machine, plan)

    def exact(self, path: str, wishes: Wishes) -> PlannedModel:
        """The plan from a dry run, exact to the byte; told as `PlacementChanged` too.

        Raises UserError `model.*`, `engine.*` and `worker.*`.
        """
        wishes = self.with_workers(wishes)
        try:
            planned = self._placing.exact(path, wishes)
            indexed = self._index(path)
            self._overheads[path] = self._placing.learned(indexed.tensors, planned, wishes)
        except UserError as error:
            self._tell([PlacementChanged(path, None, error.info)])
            raise
        self._tell([PlacementChanged(path, planned)])
        return planned

    def concession(self, path: str, wishes: Wishes) -> Wishes | None:
        """What to try after a load with these wishes failed for memory; None when nothing is left to give up.

        Raises as `planned` does.
        """
        return self._placing.concession(self.planned(path, wishes).plan, wishes)

    def speed(self, path: str) -> MeasuredSpeed | None:
        """What the last answer of this model was measured at, since it was last loaded."""
        return self._speeds.get(path)

    # --- wishes ---

    def wishes_for(self, path: str) -> Wishes:
        """What is kept for a model; workers are not in it, every plan gets those of the settings."""
        return self._wishes.get(path).wishes()

    def threads_for(self, path: str) -> int:
        """How many threads were found best for a model; 0 leaves them to the settings."""
        return self._wishes.get(path).threads

    def keep_wishes(self, path: str, wishes: Wishes, *, threads: int | None = None) -> None:
        """Keep them for the next load of this model; `threads` None stay as they are.

        Raises UserError `settings.not_saved`.
        """
        kept = self.threads_for(path) if threads is None else threads
        self._wishes.keep(path, kept_part(wishes, kept))

    def keep_tuned(self, path: str, tuned: Tuned) -> None:
        """Load this model as tuning found best from now on. Raises UserError `settings.not_saved`."""
        self.keep_wishes(path, tuned.wishes, threads=tuned.threads)

    def forget_wishes(self, path: str) -> None:
        """Raises UserError `settings.not_saved`."""
        self._wishes.forget(path)

    def with_workers(self, wishes: Wishes) -> Wishes:
        """With the workers of the settings, unless it names its own."""
        if wishes.workers:
            return wishes
        return msgspec.structs.replace(wishes, workers=self._reachable())

    # --- measuring a model ---

    def benchmark(self, path: str, wishes: Wishes, keep_going: KeepGoing = lambda _: True) -> Benchmark:
        """Load it in a process of its own and measure. Raises UserError as loading does."""
        return self._placing.benchmark(path, self.complete(path, wishes), self._threads(path), keep_going)

    def modes(
        self, path: str, wishes: Wishes, keep_going: KeepGoing = lambda _: True
    ) -> dict[Mode, ModeResult]:
        """The same answer in each mode that this machine has. Raises UserError as loading does."""
        wishes = self.complete(path, wishes)
        machine = self._placing.survey(wishes.workers).machine
        experts = self._index(path).tensors.experts
        return self._placing.modes(path, wishes, machine, experts, self._threads(path), keep_going)

    def tune(self, path: str, wishes: Wishes | None = None) -> Tuned:
        """Try placements, batches and threads for at most a minute, told as `TuneProgress`; what was found is
        kept for `tuned`, and used once it is given to `keep_tuned`.

        `wishes` None: those kept for the model. Raises UserError as loading does, `engine.load_cancelled` after
        `cancel_tune`, and `tuning.too_slow`.
        """
        self._tune_cancelled = False
        wishes = self.complete(path, self.wishes_for(path) if wishes is None else wishes)
        found = self._placing.survey(wishes.workers)
        machine = self._placing.measured(found, wishes.workers, lambda _: not self._tune_cancelled)

        def on_trial(_: Trial | None, share: float) -> bool:
            self._tell([TuneProgress(path, round(share * 100), 100)])
            return not self._tune_cancelled

        tuning = self._placing.tune(path, wishes, machine, self._threads(path), on_trial)
        if self._tune_cancelled:
            raise UserError("engine.load_cancelled")
        with contextlib.suppress(OSError):  # it can be found again
            keep_tuning(self._home, self._placing.key(found), Path(path), tuning)
        return _tuned(tuning)

    def cancel_tune(self) -> None:
        """End the tuning under way; returns at once."""
        self._tune_cancelled = True

    def tuned(self, path: str) -> Tuned | None:
        """What the last tuning of this model on this machine found. Raises as `machine` does."""
        self.machine()
        with self._surveying:
            found = self._found
        tuning = kept_tuning(self._home, self._placing.key(found), Path(path)) if found else None
        return _tuned(tuning) if tuning else None

    def complete(self, path: str, wishes: Wishes) -> Wishes:
        """With the context and workers of the settings where it has none, as a load would be asked."""
        return complete(wishes, self._settings.current)

    def _threads(self, path: str) -> int:
        return self.threads_for(path) or self._settings.current.threads

    # --- experts ---

    def watch_experts(self, on: bool) -> None:
        """Count which experts fire from the next answer on, or stop; told as `ExpertsChanged`."""
        if self._models is not None:
            self._models.watch_experts(on)

    def experts(self, conversation: int) -> ExpertsChanged | None:
        """What was counted in a conversation since Coterie was opened. Never blocks."""
        return self._fired.get(conversation)

    def experts_fired(self, conversation: int, fired: ExpertsFired) -> None:
        """From the engine's reader thread. Another model's experts are counted anew."""
        path = self._models.state.path if self._models else ""
        before = self._fired.get(conversation)
        if before is None or before.path != path:
            before = ExpertsChanged(conversation, 0, (), 0.0, path)
        routing = with_fired(Routing(before.tokens, before.counts), fired)
        changed = ExpertsChanged(conversation, routing.tokens, routing.counts, fired.overhead, path)
        self._fired[conversation] = changed
        self._tell([changed])

    # --- workers ---

    def workers(self) -> tuple[WorkerState, ...]:
        """Never blocks, never asks them."""
        return self._workers.all()

    def add_worker(self, address: str) -> WorkerState:
        """Keep a worker "host:port" and ask it. Raises UserError `worker.twice`, `worker.bad_address`,
        `settings.not_saved`; that it is away is in what is returned."""
        return self._workers.add(address)

    def remove_worker(self, address: str) -> None:
        """Raises UserError `settings.not_saved`."""
        self._workers.remove(address)

    def check_workers(self) -> tuple[WorkerState, ...]:
        """Ask them all again."""
        return self._workers.check()

    def close(self) -> None:
        """End what runs in the background."""
        self._measuring.close()

    # --- inside ---

    def receive(self, events: list[ServiceEvent]) -> None:
        """What the other services tell: the speed of each answer belongs to the placement it was made with."""
        for event in events:
            if isinstance(event, ModelChanged) and event.state == "loading":
                self._speeds.pop(event.path, None)
            elif isinstance(event, AnswerFinished) and event.message.timings:
                timings, state = event.message.timings, self._models.state if self._models else None
                if state and state.path and timings.decode_tps:
                    self._speeds[state.path] = MeasuredSpeed(timings.decode_tps, timings.prefill_tps)

    def _reachable(self) -> tuple[str, ...]:
        """Those that were not away when they were last asked."""
        return tuple(worker.address for worker in self._workers.all() if worker.state != "away")

    def _index(self, path: str) -> _Indexed:
        with self._indexing:
            known = self._indexed.get(path)
            if known is None or known.fingerprint != fingerprint(known.file):
                file, tensors = self._placing.index(Path(path))
                known = self._indexed[path] = _Indexed(fingerprint(file), file, tensors)
                self._overheads.pop(path, None)
            return known

    def _tell(self, events: list[ServiceEvent]) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(events)


@contextlib.contextmanager
def open_placements(home: Path) -> Iterator[Placements]:
    """For a command that needs no conversations."""
    settings = SettingsFile(home / "settings.toml")
    placements = Placements(home, settings, WishesFile(home / "wishes.toml"))
    try:
        yield placements
    finally:
        placements.close()


def fingerprint(index: GgufIndex) -> Fingerprint:
    """What changes when a part of the model does; a part that is gone has size -1."""
    parts = []
    for file in index.files:
        try:
            stat = file.path.stat()
            parts.append((str(file.path), stat.st_size, stat.st_mtime_ns))
        except OSError:
            parts.append((str(file.path), -1, 0))
    return tuple(parts)


def _tuned(tuning: Tuning) -> Tuned:
    before, after = tuning.before, tuning.after
    return Tuned(
        wishes=after.setting.wishes,
        before=MeasuredSpeed(before.decode_tps, before.prefill_tps),
        after=MeasuredSpeed(after.decode_tps, after.prefill_tps),
        threads=after.setting.threads,
        out_of_time=tuning.out_of_time,
    )


def described(path: str, index: TensorIndex, machine: Machine, plan: Plan) -> PlannedModel:
    """The plan with what the model is."""
    return PlannedModel(
        path=path,
        architecture=index.architecture,
        layers=len(index.layers),
        experts=index.experts,
        experts_used=index.experts_used,
        parameters=index.parameters,
        active_parameters=index.active_parameters,
        bytes=index.bytes,
        expert_bytes=index.expert_bytes,
        active_bytes_per_token=index.active_bytes_per_token,
        machine=machine,
        plan=plan,
    )
