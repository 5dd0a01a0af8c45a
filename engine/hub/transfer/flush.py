"""Flushes written data while more arrives.

Otherwise the system holds back gigabytes: the end of a download would wait for them, and a power cut would
lose them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from io import FileIO

from engine.hub.transfer.shared_state import SharedState
from engine.thread_priority import give_way

_EVERY_BYTES = 64 * 2**20
_TICK = 0.2


def flush_written(run: SharedState) -> None:
    """Whenever `run` has written some more, wait until it is on the disk, to its end. Nothing depends on it."""
    give_way()
    flushed = [job.map.received for job in run.jobs]
    while not run.ended:
        for number, job in enumerate(run.jobs):
            received = job.map.received
            if job.sealed or abs(received - flushed[number]) < _EVERY_BYTES:
                continue
            flushed[number] = received
            # What is wrong with the disk, the streams will hear too.
            with suppress(OSError), FileIO(job.data, "r+") as file:
                getattr(os, "fdatasync", os.fsync)(file.fileno())
        run.wait(_TICK)
