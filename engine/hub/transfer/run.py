"""One transfer: starts its threads and supervises them until every file is sealed."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from engine.hub.transfer import disk
from engine.hub.transfer.flush import flush_written
from engine.hub.transfer.prefix_hash import PrefixHash
from engine.hub.transfer.rate import Rate
from engine.hub.transfer.shared_state import SharedState
from engine.hub.transfer.stream import Stream
from engine.hub.transfer.values import Progress

_TICK = 0.25
_LOOK_SECONDS = 1.0
# A thread that asks for an address cannot be woken. It finds everything aborted when it comes back.
_GRACE_SECONDS = 3.0


class Run(SharedState):
    """Fetches `jobs` with a few streams. `go` is for the thread that called, the rest for the threads of the run."""

    def go(self) -> None:
        """Blocks until every file is sealed (or, without hashing, complete).

        Raises Stopped, or the error that ended it.
        """
        threads: list[threading.Thread] = [Stream(self, number) for number in range(self.limits.streams)]
        threads.append(
            threading.Thread(target=flush_written, args=(self,), name="transfer-flush", daemon=True)
        )
        if self._hashing:
            threads.append(PrefixHash(self))
        elif all(job.map.complete for job in self.jobs):
            return
        try:
            for thread in threads:
                thread.start()
            with self._stop.calling(self._wake):
                self._watch()
        finally:
            self.end()
            self._connections.abort()
            deadline = time.monotonic() + _GRACE_SECONDS
            for thread in threads:
                if thread.ident is not None:
                    thread.join(max(0.0, deadline - time.monotonic()))
            if self._progress is not None:  # what is kept, also of a run that ended at once
                self._progress(self._snapshot(0.0))
        self._stop.check()
        if self._error is not None:
            raise self._error

    def _watch(self) -> None:
        rate = Rate(self.received, time.monotonic())
        look = time.monotonic() + _LOOK_SECONDS
        while True:
            self.wait(_TICK)
            if self.ended and (self._error is not None or self._stop.stopped):
                return
            now = time.monotonic()
            if self._progress is not None:
                self._progress(self._snapshot(rate.at(self.received, now)))
            if self.ended:
                return
            if now >= look:
                look = now + _LOOK_SECONDS
                self._look()

    def _snapshot(self, rate: float) -> Progress:
        total = sum(job.wanted.bytes for job in self.jobs)
        hashed = sum(job.hashed for job in self.jobs)
        return Progress(self.received, total, hashed, rate, self._trouble)

    def _look(self) -> None:
        """Check what no stream notices: a full disk, a missing folder."""
        for job in self.jobs:
            job.check_present()
        free = self.missing
        with suppress(OSError):
            free = self._room(self._folder)
        if free < min(self.limits.reserve_bytes, self.missing):
            raise disk.no_room(self.missing, free, self._folder)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
