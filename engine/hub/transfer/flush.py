"""Flushes written data while more arrives.

Otherwise the system holds back gigabytes: the end of a download would wait for them, and a power cut would
lose them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from io import FileIO

from engine.hub.transfer.background import BackgroundThread
from engine.hub.transfer.shared_state import SharedState

_EVERY_BYTES = 64 * 2**20
_TICK = 0.2


class Flush(BackgroundThread):
    """Whenever a `Run` has written some more, waits until it is on the disk. Nothing depends on it."""

    def __init__(self, run: SharedState) -> None:
        super().__init__("transfer-flush")
        self._run = run

    def work(self) -> None:
        flushed = [job.map.received for job in self._run.jobs]
        while not self._run.ended:
            for number, job in enumerate(self._run.jobs):
                received = job.map.received
                if job.sealed or abs(received - flushed[number]) < _EVERY_BYTES:
                    continue
                flushed[number] = received
                # What is wrong with the disk, the streams will hear too.
                with suppress(OSError), FileIO(job.data, "r+") as file:
                    getattr(os, "fdatasync", os.fsync)(file.fileno())
            self._run.wait(_TICK)
