"""Lower the priority of background threads, so that the window stays responsive."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_NICE = 10
_wanted = threading.Event()


def turn_on() -> None:
    """Enable `give_way` for the rest of this process; a process with a window calls it."""
    _wanted.set()


def give_way() -> None:
    """Lower the calling thread's priority for good, if enabled. Linux only, where threads have their own
    priority."""
    if _wanted.is_set() and sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
