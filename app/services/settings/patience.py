"""Cancelable waits for the network.

A request that hangs cannot be interrupted, it ends by its own time-out. So it runs on a daemon thread, and
who asked goes away when nobody wants the answer any more; what comes after that is dropped.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from engine.hub.session import Stopped

_T = TypeVar("_T")
KeepGoing = Callable[[], bool]
_LOOK_S = 0.05


def unless_stopped(job: Callable[[], _T], keep_going: KeepGoing) -> _T:
    """Return or raise what `job` does. Raises Stopped as soon as `keep_going` returns False."""
    for _, result in as_they_come((job,), keep_going, threads=1):
        return result
    raise Stopped


def as_they_come(
    jobs: Sequence[Callable[[], _T]], keep_going: KeepGoing, *, threads: int
) -> Iterator[tuple[int, _T]]:
    """The number and the result of each job as it is done; the first exception is raised here.

    Ends early when `keep_going` returns False: jobs that have not begun never will.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(jobs)):
        waiting.put(number)
    results: queue.SimpleQueue[tuple[int, _T | None, BaseException | None]] = queue.SimpleQueue()
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results.put((number, jobs[number](), None))
            except BaseException as error:
                results.put((number, None, error))

    for _ in range(min(threads, len(jobs))):
        threading.Thread(target=work, name="hub-request", daemon=True).start()
    try:
        for _ in jobs:
            number, result, error = _next(results, keep_going)
            if error is not None:
                raise error
            yield number, result  # type: ignore[misc]
    except Stopped:
        return
    finally:
        ended.set()


def _next(results: queue.SimpleQueue[_T], keep_going: KeepGoing) -> _T:
    while keep_going():
        try:
            return results.get(timeout=_LOOK_S)
        except queue.Empty:
            continue
    raise Stopped
