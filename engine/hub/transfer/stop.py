"""Pausing and cancelling a transfer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopped(Exception):
    """Ended because the token said so. `cancelled`: what had been fetched is gone; else it is kept for the next
    time."""

    def __init__(self, cancelled: bool) -> None:
        super().__init__(cancelled)
        self.cancelled = cancelled


class StopToken:
    """Asked of one transfer from any thread: `pause` keeps what is there, `cancel` removes it. Neither can be
    taken back; a cancel after a pause counts if the transfer has not ended yet."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._cancelled = False
        self._called: list[Callable[[], None]] = []

    def pause(self) -> None:
        self._stop(cancelled=False)

    def cancel(self) -> None:
        self._stop(cancelled=True)

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def check(self) -> None:
        """Raise Stopped once the transfer is to end."""
        if self._event.is_set():
            raise Stopped(self._cancelled)

    def wait(self, seconds: float) -> None:
        """Returns when the time is over or the token stops."""
        self._event.wait(seconds)

    @contextmanager
    def calling(self, stopped: Callable[[], None]) -> Iterator[None]:
        """Within it, `stopped` is called when the token stops, on the thread that stops it; at once if it has."""
        with self._lock:
            self._called.append(stopped)
        if self._event.is_set():
            stopped()
        try:
            yield
        finally:
            with self._lock:
                self._called.remove(stopped)

    def _stop(self, cancelled: bool) -> None:
        with self._lock:
            self._cancelled = self._cancelled or cancelled
            self._event.set()
            called = list(self._called)
        for stopped in called:
            stopped()
