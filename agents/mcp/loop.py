"""The asyncio loop of all tool servers, in a thread that starts with the first task."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")
CLOSE_S = 15.0


class Loop:
    """Runs coroutines; `submit` may be called from any thread. After `close` nothing can be submitted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def started(self) -> bool:
        return self._thread is not None

    def submit(self, work: Coroutine[Any, Any, _T]) -> concurrent.futures.Future[_T]:
        """Run a coroutine on the loop. Raises RuntimeError after `close`."""
        with self._lock:
            if self._closed:
                work.close()
                raise RuntimeError("the loop of the tool servers is closed")
            loop = self._loop or self._start()
        return asyncio.run_coroutine_threadsafe(work, loop)

    def close(self) -> None:
        """Cancel what still runs, and end the thread. May be called twice."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSE_S)

    def _start(self) -> asyncio.AbstractEventLoop:
        # What the SDK logs contains text of servers: that belongs to the server's own log, not to ours.
        logger = logging.getLogger("mcp")
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="mcp", daemon=True)
        self._thread.start()
        ready.wait()
        assert self._loop is not None
        return self._loop

    def _run(self, ready: threading.Event) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            ready.set()
            self._loop.run_forever()
        # Leaving the runner cancels and awaits every remaining task.
