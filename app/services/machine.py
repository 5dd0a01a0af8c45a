"""The machine that plans are made for: surveyed once, its bandwidths measured in the background."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import msgspec

from app.services.events import MachineChanged, ServiceEvent
from app.services.placing import KeepGoing, Placing, Surveyed
from engine.errors import UserError
from engine.placement.plan import Device, Machine, Plan


class _Known(msgspec.Struct, frozen=True):
    workers: tuple[str, ...]
    found: Surveyed
    machine: Machine


def with_workers_in_use(machine: Machine, plan: Plan) -> Machine:
    """The machine with the workers that a loaded model holds, as its plan knew them.

    A worker serves one program at a time, so that nobody else can ask it meanwhile. What it may hold stands for
    what it has.
    """
    names = [name for name in plan.budgets if name.startswith("RPC")]
    addresses = plan.placement.workers
    single = len(names) == len(addresses)
    workers = tuple(
        Device(name, "rpc", addresses[number] if single else "", plan.budgets[name], plan.budgets[name])
        for number, name in enumerate(names)
    )
    return msgspec.structs.replace(machine, devices=(*machine.devices, *workers))


class SurveyedMachine:
    """What is known of this machine and of the workers that `reachable` names. Thread-safe.

    `loaded` is the plan of the model that is loaded now, which holds its workers. The thread that measures
    begins with the first survey.
    """

    def __init__(
        self,
        placing: Placing,
        reachable: Callable[[], tuple[str, ...]],
        tell: Callable[[list[ServiceEvent]], None],
        loaded: Callable[[], Plan | None] = lambda: None,
    ) -> None:
        self._placing = placing
        self._loaded = loaded
        self._reachable = reachable
        self._tell = tell
        self._surveying = threading.Lock()
        self._known: _Known | None = None
        self._lock = threading.Lock()
        self._asked: queue.SimpleQueue[_Known | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def machine(self) -> Machine:
        """Surveyed the first time and when the workers changed; bandwidths are 0 until they are measured,
        which `MachineChanged` tells. Raises UserError `engine.*` and `worker.*`."""
        with self._surveying:
            return self._survey().machine

    def look_again(self) -> Machine:
        """What is free has changed, a worker came or went. Raises as `machine` does."""
        with self._surveying:
            self._known = None
            machine = self._survey().machine
        self._tell([MachineChanged(machine)])
        return machine

    def measured(self, workers: tuple[str, ...], keep_going: KeepGoing) -> tuple[Machine, str]:
        """With bandwidths, measured now if they were not before, and the name of machine and build.

        Raises as `machine` does, and UserError `engine.load_cancelled`.
        """
        found = self._placing.survey(workers)
        return self._placing.measured(found, workers, keep_going), self._placing.key(found)

    def key(self) -> str:
        """The name of machine and build. Raises as `machine` does."""
        with self._surveying:
            return self._placing.key(self._survey().found)

    def close(self) -> None:
        """End the measurement under way; returns when its process is gone."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._asked.put(None)
        if thread is not None:
            thread.join()

    def _survey(self) -> _Known:
        workers = self._reachable()
        if self._known is None or self._known.workers != workers:
            plan = self._loaded()
            if plan is not None and set(workers) & set(plan.placement.workers):
                found = self._placing.survey(())
                machine = with_workers_in_use(found.machine, plan)
                self._known = _Known(workers, found, machine)
            else:
                found = self._placing.survey(workers)
                self._known = _Known(workers, found, found.machine)
                self._measure_later(self._known)
        return self._known

    def _measure_later(self, known: _Known) -> None:
        with self._lock:
            if self._closed:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bandwidths", daemon=True)
                self._thread.start()
            self._asked.put(known)

    def _run(self) -> None:
        while not self._closed and (known := self._asked.get()) is not None:
            try:
                machine = self._placing.measured(known.found, known.workers, lambda _: not self._closed)
            except UserError:
                continue  # plans go on with what is usual for such devices
            with self._surveying:
                if self._known is not known:
                    continue  # looked at anew meanwhile
                self._known = msgspec.structs.replace(known, machine=machine)
            self._tell([MachineChanged(machine)])
