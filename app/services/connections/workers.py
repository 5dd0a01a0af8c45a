"""RPC workers: machines that lend their memory, and their last known states.

A worker is contacted after the user added it, never before; at the start the list is only read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import msgspec

from app.services.connections.events import WorkersChanged, WorkerState
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import Device
from engine.placement.workers import parse_address

Probe = Callable[[str], tuple[Device, ...]]


class Workers:
    """The workers in the settings. `probe` asks one for its devices and raises UserError `worker.*`.

    `in_use` names those that the model holds, loading or loaded: they answer nobody else, and are there.
    """

    def __init__(
        self,
        settings: SettingsFile,
        probe: Probe,
        events: EventBus,
        in_use: Callable[[], tuple[str, ...]] = lambda: (),
    ) -> None:
        self._in_use = in_use
        self._settings = settings
        self._probe = probe
        self._events = events
        self._lock = threading.Lock()
        self._known: dict[str, WorkerState] = {}

    def all(self) -> tuple[WorkerState, ...]:
        """All workers, in the order of the settings. Never blocks."""
        with self._lock:
            return tuple(
                self._known.get(address, WorkerState(address)) for address in self._settings.current.workers
            )

    def reachable(self) -> tuple[str, ...]:
        """Workers that were not unreachable at the last check. Never blocks."""
        return tuple(worker.address for worker in self.all() if worker.state != "away")

    def add(self, address: str) -> WorkerState:
        """Save a worker and check it at once; an unreachable one is saved too.

        Raises UserError `worker.twice` for one that is there already, `worker.bad_address`, `worker.ipv6`,
        and `settings.not_saved`.
        """
        address = str(parse_address(address))
        present = self._settings.current.workers
        if address in present:
            raise UserError("worker.twice", address=address)
        self._settings.change(workers=(*present, address))
        return self._check(address)

    def remove(self, address: str) -> None:
        """Raises UserError `settings.not_saved`."""
        rest = tuple(other for other in self._settings.current.workers if other != address)
        self._settings.change(workers=rest)
        with self._lock:
            self._known.pop(address, None)
        self._changed()

    def check(self) -> tuple[WorkerState, ...]:
        """Check all workers again, one after the other."""
        for address in self._settings.current.workers:
            self._check(address)
        return self.all()

    def lost(self, address: str, error: ErrorInfo) -> None:
        """Mark a worker as unreachable, as found by a load or a model."""
        if address in self._settings.current.workers:
            self._note(WorkerState(address, "away", error=error))

    def met(self, addresses: Sequence[str]) -> None:
        """Mark workers that a model uses as reachable."""
        for worker in self.all():
            if worker.address in addresses and worker.state == "away":
                self._note(WorkerState(worker.address, "ready"))

    def _check(self, address: str) -> WorkerState:
        before = self._known.get(address, WorkerState(address))
        if address in self._in_use():
            state = msgspec.structs.replace(before, state="ready", error=None)
            self._note(state)
            return state
        self._note(msgspec.structs.replace(before, state="checking", error=None))
        try:
            state = WorkerState(address, "ready", self._probe(address))
        except UserError as error:
            state = WorkerState(address, "away", error=error.info)
        except BaseException:
            self._note(WorkerState(address))
            raise
        self._note(state)
        return state

    def _note(self, state: WorkerState) -> None:
        with self._lock:
            self._known[state.address] = state
        self._changed()

    def _changed(self) -> None:
        self._events.publish(WorkersChanged(self.all()))
