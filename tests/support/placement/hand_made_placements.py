"""Placements that are written by hand, for what the page makes of them: any devices, at once, with any fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from app.services.connections.events import WorkersChanged, WorkerState
from app.services.events import EventBus, ServiceEvent
from app.services.placement.events import ExpertsChanged
from app.services.placement.placements import ModelEntry
from app.services.placement.trials import MeasuredSpeed, Tuned
from engine.errors import UserError
from engine.local.measure.fewer_experts import ExpertsResult
from engine.placement.plan import Device, Machine, PlacementOptions, PlannedModel

EXPERTS_COMPARED = (
    ExpertsResult(8, 20.0, 200.0, "A lighthouse warns ships. The Eddystone was built in 1882.", 1.0),
    ExpertsResult(4, 31.0, 280.0, "A lighthouse guides ships. The Eddystone was built in 1882.", 0.93),
    ExpertsResult(1, 44.0, 350.0, "", None),
)


class HandMadeTrials:
    """Stands where `app.services.placement.trials.Trials` does, for what the page asks of it directly."""

    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class HandMadeWorkers:
    """Stands where `app.services.connections.workers.Workers` does. `error` is raised instead of adding one; `lent`
    is what each lends once it was asked."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._workers: tuple[WorkerState, ...] = ()
        self.error: UserError | None = None
        self.lent: tuple[Device, ...] = ()

    def all(self) -> tuple[WorkerState, ...]:
        return self._workers

    def add(self, address: str) -> WorkerState:
        if self.error is not None:
            raise self.error
        added = WorkerState(address)
        self.set(*self._workers, added)
        return added

    def remove(self, address: str) -> None:
        self.set(*(worker for worker in self._workers if worker.address != address))

    def check(self) -> tuple[WorkerState, ...]:
        self.set(*(WorkerState(worker.address, "ready", self.lent) for worker in self._workers))
        return self._workers

    def set(self, *workers: WorkerState) -> None:
        self._workers = workers
        self._tell(WorkersChanged(workers))


class HandMadePlacements:
    """Stands where `app.services.placement.placements.Placements` does. `hold`, while set, keeps plans from being
    made; `error` is raised instead of planning."""

    def __init__(self, *models: PlannedModel) -> None:
        self.by_path = {model.path: model for model in models}
        self.kept: dict[str, PlacementOptions] = {}
        self.guess_ahead: dict[str, tuple[str, ...]] = {}
        self.asked: list[PlacementOptions] = []
        self.watched: list[bool] = []
        self.speeds: dict[str, MeasuredSpeed] = {}
        self.fired: dict[int, ExpertsChanged] = {}
        self.without_template: set[str] = set()
        self.error: UserError | None = None
        self.hold = threading.Event()
        self.events = EventBus()
        self.trials = HandMadeTrials()
        self.workers = HandMadeWorkers(self.tell)

    def close(self) -> None:
        self.hold.clear()

    def tell(self, *events: ServiceEvent) -> None:
        self.events.publish(*events)

    def machine(self) -> Machine:
        return next(iter(self.by_path.values())).machine

    def has_template(self, path: str) -> bool:
        return path not in self.without_template

    def models(self) -> tuple[ModelEntry, ...]:
        return tuple(ModelEntry(path.rpartition("/")[2], path) for path in self.by_path)

    def draft_models(self, path: str) -> tuple[ModelEntry, ...]:
        return tuple(entry for entry in self.models() if entry.path in self.guess_ahead.get(path, ()))

    def planned(self, path: str, options: PlacementOptions) -> PlannedModel:
        self.asked.append(options)
        while self.hold.is_set():
            time.sleep(0.005)
        if self.error is not None:
            raise self.error
        model = self.by_path[path]
        plan = model.plan
        context = options.context or plan.placement.context
        refused = plan.refusal is not None and options.context in (0, plan.placement.context)
        changed = msgspec.structs.replace(
            plan,
            placement=msgspec.structs.replace(plan.placement, context=context),
            budgets=plan.budgets | options.budgets,
            fits=not refused,
            refusal=plan.refusal if refused else None,
        )
        return msgspec.structs.replace(model, plan=changed)

    def speed(self, path: str) -> MeasuredSpeed | None:
        return self.speeds.get(path)

    def options_for(self, path: str) -> PlacementOptions:
        return self.kept.get(path, PlacementOptions())

    def keep_options(self, path: str, options: PlacementOptions) -> None:
        self.kept[path] = options

    def compare_experts(self, path: str, options: PlacementOptions) -> tuple[ExpertsResult, ...]:
        while self.hold.is_set():
            time.sleep(0.005)
            if self.trials.cancelled:
                raise UserError("engine.load_cancelled")
        if self.error is not None:
            raise self.error
        return EXPERTS_COMPARED

    def tune(self, path: str, options: PlacementOptions) -> Tuned:
        while self.hold.is_set():
            time.sleep(0.005)
            if self.trials.cancelled:
                raise UserError("engine.load_cancelled")
        faster = msgspec.structs.replace(options, ubatch=1024)
        return Tuned(faster, MeasuredSpeed(30, 200), MeasuredSpeed(36, 320))

    def keep_tuned(self, path: str, tuned: Tuned) -> None:
        self.kept[path] = tuned.options

    def watch_experts(self, on: bool) -> None:
        if self.error is not None:
            raise self.error
        self.watched.append(on)

    def experts(self, conversation: int) -> ExpertsChanged | None:
        return self.fired.get(conversation)
