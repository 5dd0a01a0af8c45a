"""Short jobs off the GUI thread, one after another, with the answer back on it.

The thread lives only while there is work: an idle window has none, and nothing must be shut down.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Signal

Job = Callable[[], Any]
Done = Callable[[Any], None]


class Background(QObject):
    """Runs jobs in order. `done` is called on the thread that made this object, with what the job returned.

    Jobs must not raise: they return what went wrong as a value.
    """

    _finished = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._jobs: deque[tuple[Job, Done]] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._finished.connect(self._deliver)

    def submit(self, job: Job, done: Done) -> None:
        with self._lock:
            self._jobs.append((job, done))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="transcript-background")
                self._thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
                job, done = self._jobs.popleft()
            self._finished.emit(done, job())

    def _deliver(self, done: Done, answer: Any) -> None:
        done(answer)


@cache
def background() -> Background:
    """The one queue; made at its first use, in the GUI thread, though the module may come in another."""
    return Background()
