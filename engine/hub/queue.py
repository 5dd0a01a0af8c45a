"""Download queue: which downloads run now, and their threads.

What waits and in which order is kept elsewhere and asked for each time; here is only what runs in this process. A
download is started once each time it is asked for, so that one which ends without a word is not started for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.hub.transfer.stop import StopToken


class Waiting(Protocol):
    """A queued download; the lowest position is next."""

    @property
    def id(self) -> int: ...

    @property
    def position(self) -> float: ...


Run = Callable[[int, "StopToken"], None]


def due(waiting: Iterable[Waiting], running: Collection[int], at_once: int) -> list[int]:
    """Queued downloads to start now, so that at most `at_once` run; never stops one."""
    free = at_once - len(running)
    ordered = sorted(waiting, key=lambda entry: (entry.position, entry.id))
    return [entry.id for entry in ordered if entry.id not in running][: max(0, free)]


def reordered(ids: Sequence[int], moved: int, before: int | None) -> list[int]:
    """The ids with `moved` put before another one, or at the end (None, or one that is not there)."""
    rest = [id for id in ids if id != moved]
    place = rest.index(before) if before in rest else len(rest)
    return [*rest[:place], moved, *rest[place:]]


class Queue:
    """Runs downloads, each in a thread of its own, at most `at_once()` of them at a time.

    `waiting` gives those that wait, `run` fetches one and returns when it has ended or was told to stop. Neither
    may call back into the queue but for `ask`. All methods may be called from any thread.
    """

    def __init__(
        self, waiting: Callable[[], Iterable[Waiting]], run: Run, at_once: Callable[[], int]
    ) -> None:
        self._waiting = waiting
        self._run = run
        self._at_once = at_once
        self._changed = threading.Condition()
        self._asked: set[int] = set()
        self._running: dict[int, tuple[threading.Thread, StopToken]] = {}
        self._closed = False

    def ask(self, *ids: int) -> None:
        """Queue these. Raises what `waiting` raises."""
        with self._changed:
            self._asked.update(ids)
        self.wake()

    def wake(self) -> None:
        """Start what is due after a change of order or `at_once`. Raises what `waiting` raises."""
        with self._changed:
            if self._closed or not self._asked:
                return
            from engine.hub.transfer.stop import StopToken  # brings all that a transfer needs

            waiting = [entry for entry in self._waiting() if entry.id in self._asked]
            for id in due(waiting, self._running, self._at_once()):
                token = StopToken()
                thread = threading.Thread(target=self._work, args=(id, token), name=f"download-{id}")
                self._asked.discard(id)
                self._running[id] = (thread, token)
                thread.start()

    def stop(self, id: int, cancel: bool = False) -> bool:
        """Stop a running download, and remove its data if cancelled; whether it runs here. A queued one is
        not started any more."""
        with self._changed:
            self._asked.discard(id)
            _, token = self._running.get(id, (None, None))
        if token is None:
            return False
        if cancel:
            token.cancel()
        else:
            token.pause()
        return True

    def stop_all(self) -> None:
        """Pause all that run here. Returns at once."""
        with self._changed:
            running = tuple(self._running.values())
        for _, token in running:
            token.pause()

    def is_running(self, id: int) -> bool:
        with self._changed:
            return id in self._running

    def wait_for(self, id: int, timeout: float) -> bool:
        """Whether the download ended here within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: id not in self._running, timeout)

    def close(self) -> None:
        """Pause all and wait for them. Nothing is started any more."""
        with self._changed:
            self._closed = True
            threads = [thread for thread, _ in self._running.values()]
        self.stop_all()
        for thread in threads:
            thread.join()

    def _work(self, id: int, token: StopToken) -> None:
        try:
            self._run(id, token)
        finally:
            with self._changed:
                del self._running[id]
                self._changed.notify_all()
            self.wake()
