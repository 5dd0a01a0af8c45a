"""The machine that plans are made for: surveyed once, bandwidths measured in the background."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

import msgspec

from app.services.events import EventBus
from app.services.models.events import ModelChanged
from app.services.placement.events import MachineChanged
from app.services.placement.placing import KeepGoing, Placing, Surveyed
from engine.api import ModelFacts
from engine.errors import UserError
from engine.placement.plan import Device, Machine


class _Known(msgspec.Struct, frozen=True):
    """`beside`: surveyed while a model was loaded, which had its part of what is free."""

    workers: tuple[str, ...]
    beside: bool
    found: Surveyed
    machine: Machine


def with_model_gone(machine: Machine, facts: ModelFacts | None, workers: Sequence[str]) -> Machine:
    """The machine without this loaded model: its memory is as free as before the load, and its workers are as
    they were then.

    `workers` are all there are, in the order that names their devices RPC0, RPC1, and so on.
    """
    before = facts.machine if facts else None
    taken = facts.plan.bytes if facts and facts.plan else {}
    known = {device.name: device for device in (before.ram, *before.devices)} if before else {}

    def freed(device: Device) -> Device:
        occupied = device.name in taken and taken[device.name].total and device.name in known
        return msgspec.structs.replace(device, free=known[device.name].free) if occupied else device

    own = [freed(device) for device in machine.devices if device.kind != "rpc"]
    lent = _lent(machine) | (_lent(before) if before else {})
    remote = [device for address in workers for device in lent.get(address, ())]
    named = [msgspec.structs.replace(device, name=f"RPC{number}") for number, device in enumerate(remote)]
    return msgspec.structs.replace(machine, ram=freed(machine.ram), devices=(*own, *named))


def _lent(machine: Machine) -> dict[str, list[Device]]:
    """Devices of workers by address, which ggml gives as their description."""
    lent: dict[str, list[Device]] = {}
    for device in machine.devices:
        if device.kind == "rpc":
            lent.setdefault(device.description, []).append(device)
    return lent


class SurveyedMachine:
    """This machine and the workers that `reachable` names. Thread-safe.

    `model` is how the model is that may be loaded: its workers answer nobody else. The thread that measures
    begins with the first survey.
    """

    def __init__(
        self,
        placing: Placing,
        reachable: Callable[[], tuple[str, ...]],
        events: EventBus,
        model: Callable[[], ModelChanged],
    ) -> None:
        self._placing = placing
        self._model = model
        self._reachable = reachable
        self._events = events
        self._surveying = threading.Lock()
        self._known: _Known | None = None
        self._lock = threading.Lock()
        self._measured = threading.Condition(self._lock)
        self._unmeasured = 0
        self._asked: queue.SimpleQueue[_Known | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def machine(self) -> Machine:
        """Surveyed the first time and when the workers changed; bandwidths are 0 until they are measured,
        which `MachineChanged` tells. What a loaded model occupies counts as free. Raises UserError `engine.*` and
        `worker.*`."""
        with self._surveying:
            return self._whole(self._survey().machine)

    def now(self) -> Machine:
        """As `machine`, with RAM as free as it is at this moment; beside a loaded model, as before its load."""
        machine = self.machine()
        if self._model().state in ("loading", "ready"):
            return machine
        ram = msgspec.structs.replace(machine.ram, free=self._placing.available())
        return msgspec.structs.replace(machine, ram=ram)

    def settled(self, patience: float | None = None) -> Machine:
        """As `machine`, after a measurement in progress or this many seconds: for one-time callers."""
        self.machine()
        with self._measured:
            self._measured.wait_for(lambda: self._closed or not self._unmeasured, patience)
        return self.machine()

    def look_again(self) -> Machine:
        """Survey again: free memory has changed, or a worker was added or removed.

        Raises as `machine` does.
        """
        with self._surveying:
            self._known = None
            machine = self._whole(self._survey().machine)
        self._events.publish(MachineChanged(machine))
        return machine

    def measured(self, workers: tuple[str, ...], keep_going: KeepGoing) -> tuple[Machine, str]:
        """The machine with bandwidths, measured now if necessary, and the key of machine and build.

        Raises as `machine` does, and UserError `engine.load_cancelled`.
        """
        found = self._placing.survey(workers)
        return self._placing.measured(found, workers, keep_going), self._placing.key(found)

    def key(self) -> str:
        """The key of machine and build. Raises as `machine` does."""
        with self._surveying:
            found = self._survey().found
            whole = msgspec.structs.replace(found, machine=self._whole(found.machine))
        return self._placing.key(whole)

    def close(self) -> None:
        """Cancel the measurement in progress; returns when its process has ended."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._asked.put(None)
            self._measured.notify_all()
        if thread is not None:
            thread.join()

    def _survey(self) -> _Known:
        model = self._model()
        holds = model.state in ("loading", "ready")
        held = model.workers if holds else ()
        workers = tuple(address for address in self._reachable() if address not in held)
        known = self._known
        if known is not None and holds and set(workers) <= set(known.workers):
            return known
        if known is not None and not known.beside and known.workers == workers:
            return known
        found = self._placing.survey(workers)
        self._known = _Known(workers, holds, found, found.machine)
        self._measure_later(self._known)
        return self._known

    def _whole(self, machine: Machine) -> Machine:
        model = self._model()
        facts = model.facts if model.state == "ready" else None
        return with_model_gone(machine, facts, self._reachable())

    def _measure_later(self, known: _Known) -> None:
        with self._lock:
            if self._closed:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bandwidths", daemon=True)
                self._thread.start()
            self._unmeasured += 1
            self._asked.put(known)

    def _run(self) -> None:
        while not self._closed and (known := self._asked.get()) is not None:
            try:
                self._measure(known)
            finally:
                with self._measured:
                    self._unmeasured -= 1
                    self._measured.notify_all()

    def _measure(self, known: _Known) -> None:
        try:
            machine = self._placing.measured(known.found, known.workers, lambda _: not self._closed)
        except UserError:
            return  # plans use typical values for such devices
        with self._surveying:
            if self._known is not known:
                return  # surveyed again meanwhile
            self._known = msgspec.structs.replace(known, machine=machine)
            machine = self._whole(machine)
        self._events.publish(MachineChanged(machine))
