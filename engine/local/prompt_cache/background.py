"""Background thread of the prompt cache: scans the folder and writes states, so that no answer waits for a
disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from engine.thread_priority import give_way

# Waited beyond the time that `close` was given: one chunk is being written, or the disk is asked to be done.
_GRACE_S = 2.0


class Background:
    """`look` scans the folder; `write` writes one due state and returns the seconds until the next, 0.0
    for at once, None if none waits. It is called again after `wake`."""

    def __init__(self, look: Callable[[], None], write: Callable[[], float | None]) -> None:
        self._look, self._write = look, write
        self._changed = threading.Condition()
        self._asked = self._look_asked = True
        self._looked = threading.Event()
        self._until: float | None = None
        self._thread = threading.Thread(target=self._run, name="prompt-cache", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self, look: bool = False) -> None:
        with self._changed:
            self._asked = True
            self._look_asked = self._look_asked or look
            self._changed.notify()

    def wait_for_look(self, seconds: float) -> None:
        """Return after the first scan, or after so many seconds."""
        self._looked.wait(seconds)

    @property
    def is_closing(self) -> bool:
        return self._until is not None

    @property
    def is_out_of_time(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until

    def close(self, seconds: float) -> None:
        """Write what waits within `seconds`, then end the thread."""
        with self._changed:
            self._until = time.monotonic() + seconds
            self._changed.notify()
        self._thread.join(seconds + _GRACE_S)

    def _run(self) -> None:
        give_way()
        wait: float | None = 0.0
        while True:
            with self._changed:
                if not self._asked and not self.is_closing and wait != 0.0:
                    self._changed.wait(wait)
                look, self._asked, self._look_asked = self._look_asked, False, False
            if look:
                try:
                    self._look()
                finally:
                    self._looked.set()
            wait = None if self.is_out_of_time else self._write()
            if self.is_closing and wait is None:
                return
