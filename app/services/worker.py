"""Work in the background: one item after another, on a thread of its own."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


@contextlib.contextmanager
def survived() -> Iterator[None]:
    """Tells what is raised inside as that of a thread that ends, and goes on: a thread that others rely on must not
    end by what nobody thought of."""
    try:
        yield
    except Exception:
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))


class Worker(Generic[T]):
    """Calls `work` with each item that is put, in their order; `begin` starts it. Methods may be called from any
    thread."""

    def __init__(self, name: str, work: Callable[[T], None]) -> None:
        self._work = work
        self._items: queue.SimpleQueue[T | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        # Whether `close` was called: no item is begun any more, and the one at work had better end.
        self.closed = False

    def begin(self) -> None:
        self._thread.start()

    def put(self, item: T) -> None:
        """Let an item wait behind the others."""
        self._items.put(item)

    def close(self) -> None:
        """Drop what waits, and wait for the item at work."""
        self.closed = True
        self._items.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while (item := self._items.get()) is not None and not self.closed:
            with survived():
                self._work(item)


class StoppableThread:
    """A thread that ends with its work, or soon after `stopped` is set, which the work looks at."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, name: str, work: Callable[[], object]) -> None:
        self._thread = threading.Thread(target=work, name=name, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of what was begun."""
        if self._thread is not None:
            self._thread.join()


def end_all(threads: Sequence[StoppableThread]) -> None:
    """Stop these, and wait until all have ended."""
    for each in threads:
        each.stopped.set()
    for each in threads:
        each.join()
