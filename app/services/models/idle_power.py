"""What this machine takes while it is idle: measured beside, now and then, and kept."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.services.worker import StoppableThread, survived
from engine.durable_files import write_whole
from engine.energy.counters import Counter, domains_of, found_counters
from engine.energy.idle import idle_watts

FILE = "idle_power.json"
# After an answer its state is still being kept.
_SETTLE_S = 3.0
_AGAIN_S = 600.0


class IdlePower:
    """Watts by what is counted. Methods may be called from any thread; `folder` "": nothing is kept.

    Where there is no counter there is no thread either.
    """

    def __init__(
        self,
        folder: str = "",
        find: Callable[[], Sequence[Counter]] = found_counters,
        measure: Callable[[Sequence[Counter], Callable[[float], bool]], float | None] = idle_watts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = Path(folder) / FILE if folder else None
        self._find, self._measure, self._clock = find, measure, clock
        self._lock = threading.Lock()
        self._watts: dict[str, float] | None = None
        self._measured: dict[str, float] = {}  # when, in this process
        self._under_way: StoppableThread | None = None
        self._closed = False

    def watts(self, domains: str) -> float | None:
        """None where it was not measured yet."""
        with self._lock:
            return self._known().get(domains)

    def begin(self) -> None:
        """Nothing is asked of the machine from now on: measure in the background, unless that was lately."""
        counters = self._find()
        domains = domains_of(counters)
        with self._lock:
            last = self._measured.get(domains)
            lately = last is not None and self._clock() - last < _AGAIN_S
            if not counters or lately or self._under_way is not None or self._closed:
                return
            self._under_way = thread = StoppableThread()
            thread.begin("idle-power", lambda: self._run(thread, counters, domains))

    def disturb(self) -> None:
        """Something is asked of it: what is being measured is dropped."""
        with self._lock:
            if self._under_way is not None:
                self._under_way.stopped.set()

    def close(self) -> None:
        with self._lock:
            self._closed, thread = True, self._under_way
        self.disturb()
        if thread is not None:
            thread.join()

    def _run(self, thread: StoppableThread, counters: Sequence[Counter], domains: str) -> None:
        wait = thread.stopped.wait
        watts = None
        with survived():
            watts = None if wait(_SETTLE_S) else self._measure(counters, wait)
        with self._lock:
            self._under_way = None
            if watts is None:
                return
            self._measured[domains] = self._clock()
            known = self._known()
            known[domains] = watts
            if self._file is not None:
                with contextlib.suppress(OSError):  # it is measured again
                    write_whole(self._file, msgspec.json.encode(known), synced=False)

    def _known(self) -> dict[str, float]:
        if self._watts is None:
            self._watts = {}
            with contextlib.suppress(OSError, msgspec.DecodeError):
                if self._file is not None:
                    self._watts = msgspec.json.decode(self._file.read_bytes(), type=dict[str, float])
        return self._watts
