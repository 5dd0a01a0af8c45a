"""The threads of a transfer."""

from __future__ import annotations

import threading

from engine.thread_priority import give_way


class BackgroundThread(threading.Thread):
    """Does `work`, giving way to the window where there is one."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)

    def run(self) -> None:
        give_way()
        self.work()

    def work(self) -> None:
        raise NotImplementedError
