"""Threads of a transfer."""

from __future__ import annotations

import threading

from engine.thread_priority import give_way


class BackgroundThread(threading.Thread):
    """Runs `work` at low priority if the process has a window."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)

    def run(self) -> None:
        give_way()
        self.work()

    def work(self) -> None:
        raise NotImplementedError
