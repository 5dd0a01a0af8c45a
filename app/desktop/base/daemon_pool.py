"""Threads for work that may hang: a hub that does not answer, a disk that sleeps.

Nobody waits for them when the program ends, beyond a moment: a connection that is being tried cannot be broken off
from outside, and must not keep a closed window's process, with its lock on the data, alive.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

LEAVE_S = 1.0


class PatientThreads:
    """At most `count` threads, started when there is work for them. Daemons: see above."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name = count, name
        self._waiting: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._busy = 0
        self._open = True

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Do `work` in a thread as soon as one is free. After `shutdown` the future is a cancelled one."""
        future: Future[Any] = Future()
        with self._lock:
            if not self._open:
                future.cancel()
                return future
            self._busy += 1
            self._waiting.put((future, work))
            if len(self._threads) < min(self._count, self._busy):
                name = f"{self._name}-{len(self._threads)}"
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            future, work = job
            if future.set_running_or_notify_cancel():
                try:
                    result = work()
                except (
                    BaseException
                ) as error:  # as concurrent.futures does: whoever asks for the result hears of it
                    future.set_exception(error)
                else:
                    future.set_result(result)
            del job, future, work  # an idle thread holds on to nothing
            with self._lock:
                self._busy -= 1

    def shutdown(self, wait_s: float = LEAVE_S) -> None:
        """Start nothing more; wait that long at most, all in all, for what runs."""
        with self._lock:
            self._open = False
            threads = tuple(self._threads)
            waiting = self._waiting
            while True:
                try:
                    job = waiting.get_nowait()
                except queue.Empty:
                    break
                if job is not None:
                    job[0].cancel()
            for _ in threads:
                waiting.put(None)
        end = time.monotonic() + wait_s
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
