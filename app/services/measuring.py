"""Measures a machine's bandwidths in the background, once it is known which devices there are."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from app.services.placing import Placing, Surveyed
from engine.errors import UserError
from engine.placement.plan import Machine

Asked = tuple[Surveyed, tuple[str, ...]]


class Measuring:
    """One measurement at a time on a thread that begins with the first. `done` gets workers and machine."""

    def __init__(self, placing: Placing, done: Callable[[tuple[str, ...], Machine], None]) -> None:
        self._placing = placing
        self._done = done
        self._lock = threading.Lock()
        self._asked: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, found: Surveyed, workers: tuple[str, ...]) -> None:
        """Returns at once."""
        with self._lock:
            if self._closed:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bandwidths", daemon=True)
                self._thread.start()
            self._asked.put((found, workers))

    def close(self) -> None:
        """End the measurement under way; returns when its process is gone."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._asked.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._closed and (asked := self._asked.get()) is not None:
            found, workers = asked
            try:
                machine = self._placing.measured(found, workers, lambda _: not self._closed)
            except UserError:
                continue  # plans go on with what is usual for such devices
            self._done(workers, machine)
