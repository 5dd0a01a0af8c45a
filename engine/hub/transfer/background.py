"""Threads that give way to the window."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_NICE = 10


class BackgroundThread(threading.Thread):
    """Runs `work` with less right to a processor than the rest of the process, on Linux, where each thread has a
    priority of its own: a window that wants to draw need not wait for a dozen threads that copy and hash."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)

    def run(self) -> None:
        if sys.platform == "linux":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        self.work()

    def work(self) -> None:
        raise NotImplementedError
