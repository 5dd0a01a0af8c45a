"""Whether threads that copy and hash give way to the rest of their process, which a person may be looking at."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_NICE = 10
_wanted = threading.Event()


def turn_on() -> None:
    """For the rest of this process: called by one that has a window."""
    _wanted.set()


def give_way() -> None:
    """The calling thread wants less of a processor than others, from here on and for good, if that is turned on.

    On Linux, where each thread has a priority of its own: a window that is to be drawn then need not wait for a
    dozen threads whose work has time.
    """
    if _wanted.is_set() and sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
