"""Writers of streaming answers: the desktop and a command may use one file at the same time.

After a crash, an answer is taken for abandoned only if its writer is gone, not while it still writes.
"""

from __future__ import annotations

import os
import uuid

import psutil


def new_writer() -> str:
    """A unique name for one opened store: process, its start, and a random part."""
    return f"{os.getpid()}:{_started(psutil.Process()):.2f}:{uuid.uuid4().hex[:8]}"


def is_alive(writer: str) -> bool:
    """Whether the process with that name is still running.

    False for a name of this very process: what an earlier store of it left is abandoned too.
    """
    pid, started, _ = writer.split(":")
    if int(pid) == os.getpid():
        return False
    try:
        # Process ids are reused; two processes that share one cannot have started in the same second.
        return abs(_started(psutil.Process(int(pid))) - float(started)) < 1.0
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _started(process: psutil.Process) -> float:
    """The start time of a process, in seconds, the same from whichever process it is read.

    Linux counts from the machine's start. psutil adds the time of that start by the wall clock, which moves
    when the clock is set; so it is taken off again.
    """
    started = process.create_time()
    return started - psutil.boot_time() if psutil.LINUX else started
