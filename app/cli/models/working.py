"""Long operations on a thread of their own, so that Ctrl+C reaches the main thread, which stops them in
order.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from app.cli.ending import Ended, signals_held
from app.services.events import ServiceEvent

if TYPE_CHECKING:
    from app.services.services import Services
    from engine.hub.transfer import StopToken

T = TypeVar("T")
Changes = queue.SimpleQueue[ServiceEvent | None]


@contextlib.contextmanager
def changes_of(services: Services) -> Iterator[Changes]:
    """Queue the services' events for this thread: their own threads must not fail on a closed stdout."""
    told: Changes = queue.SimpleQueue()
    unsubscribe = services.events.subscribe(ServiceEvent, told.put)
    try:
        yield told
    finally:
        unsubscribe()


def watched(work: Callable[[StopToken], T], changes: Changes, show: Callable[[ServiceEvent], None]) -> T:
    """Run `work` on a thread while `show` gets its progress on this one; returns or raises what `work` does.

    When this thread is interrupted, or `show` raises, the work is stopped and joined.
    """
    from engine.hub.transfer import StopToken

    stop = StopToken()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:
            errors.append(error)
        finally:
            changes.put(None)

    thread = threading.Thread(target=run, name="command-work")
    thread.start()
    try:
        while (event := changes.get()) is not None:
            show(event)
    except (KeyboardInterrupt, Ended, Exception):
        with signals_held():
            stop.pause()
            thread.join()
        raise
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
