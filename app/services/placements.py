"""Where models would lie, where they lie, and how fast that is: for the Placement page and the command line.

Methods block on files, child processes or workers: call them off the GUI thread. What changes is told to the
subscribers from service threads.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
from app.services.models import STARTER, Models, resolve_model, shown_name
from app.services.placing import LocalPlacing, Placing
from app.services.settings import SettingsFile
from app.services.wishes import WishesFile
from app.services.workers import Workers
from engine.errors import UserError
from engine.placement.gguf_index import GgufIndex
from engine.placement.plan import Machine, Plan, PlannedModel, Wishes
from engine.placement.tensor_index import TensorIndex

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
    """What trying placements out found: the fastest wishes, and the speeds before and with them."""

    wishes: Wishes
    before: MeasuredSpeed
    after: MeasuredSpeed


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
        self._placing: Placing = placing or LocalPlacing()
        self._subscribers: list[Subscriber] = []
        self._surveying = threading.Lock()
        self._machine: tuple[tuple[str, ...], Machine] | None = None
        self._indexing = threading.Lock()
        self._indexed: dict[str, _Indexed] = {}
        self._overheads: dict[str, Any] = {}
        self._speeds: dict[str, MeasuredSpeed] = {}
        self._models: Models | None = None
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

        Raises UserError `engine.*` when the engine does not start.
        """
        workers = self._reachable()
        with self._surveying:
            if self._machine is None or self._machine[0] != workers:
                self._machine = (workers, self._placing.survey(workers))
            return self._machine[1]

    def refresh(self) -> Machine:
        """Look again: what is free has changed, a worker came or went. Raises as `machine` does."""
        self._workers.check()
        with self._surveying:
            self._machine = None
        machine = self.machine()
        self._tell([MachineChanged(machine)])
        return machine

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
        try:
            planned = self._placing.exact(path, self.with_workers(wishes))
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
        return self._wishes.get(path)

    def keep_wishes(self, path: str, wishes: Wishes) -> None:
        """Keep them for the next load of this model. Raises UserError `settings.not_saved`."""
        self._wishes.keep(path, wishes)

    def forget_wishes(self, path: str) -> None:
        """Raises UserError `settings.not_saved`."""
        self._wishes.forget(path)

    def with_workers(self, wishes: Wishes) -> Wishes:
        """With the workers of the settings, unless it names its own."""
        if wishes.workers:
            return wishes
        return msgspec.structs.replace(wishes, workers=self._reachable())

    # --- experts ---

    def watch_experts(self, on: bool) -> None:
        """Count which experts fire from now on, or stop; told as `ExpertsChanged`."""

    def experts(self, conversation: int) -> ExpertsChanged | None:
        """What was counted in a conversation since Coterie was opened."""
        return None

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
        trained_context=index.trained_context,
    )
