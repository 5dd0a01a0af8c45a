"""Load retry: detects that a load failed for memory, and retries with fallbacks, on a thread of its own.

The engine's reader thread reports the failure and must not load: a load waits for that thread to end.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable

from app.services.worker import survived
from engine.api import EngineLost, LoadFailed, LoadRequest

MAX_STEPS = 7

Failure = LoadFailed | EngineLost
Step = Callable[[LoadRequest, Failure], None]

_NO_MEMORY = ("engine.context_memory", "engine.not_enough_memory")
# The kernel kills for memory; on an out-of-memory device ggml aborts.
_TAKEN_DOWN = ("engine.killed", "engine.aborted")
# Log messages of llama.cpp, CUDA, Vulkan and the C++ library.
_SAYS_NO_MEMORY = re.compile(
    r"(failed|unable) to allocate|alloc\w* failed|out of memory|OutOf(Device|Host)Memory|bad_alloc",
    re.IGNORECASE,
)


def is_for_memory(failure: Failure) -> bool:
    """Whether a load with this error might succeed with less memory."""
    error = failure.error
    if isinstance(failure, EngineLost):
        return error.code in _TAKEN_DOWN
    if error.code == "engine.load_failed":
        return _SAYS_NO_MEMORY.search(str(error.params.get("detail", ""))) is not None
    return error.code in _NO_MEMORY


class LoadRetry:
    """Runs `step` for each failed load, one after the other. The thread starts with the first."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._asked: queue.SimpleQueue[tuple[LoadRequest, Failure] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, request: LoadRequest, failure: Failure) -> bool:
        """Queue a retry; returns at once. False after `close`."""
        with self._lock:
            if self._closed:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="load-retry", daemon=True)
                self._thread.start()
            self._asked.put((request, failure))
            return True

    def close(self) -> None:
        """Finish the current retry, and accept no other."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._asked.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._closed and (asked := self._asked.get()) is not None:
            with survived():
                self._step(*asked)
