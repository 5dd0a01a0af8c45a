"""A host that is started before the program knows that it needs one: what both import is imported side by side.

There is one at most, for the first load of a process. This module imports nothing that takes long: that would cost
what it saves. A host that is never taken ends with the process.
"""

from __future__ import annotations

import contextlib
import threading
from multiprocessing.connection import Connection

from engine.local.spawning import Spawned


class EarlyHost(Spawned):
    """`loads` is the command that it has got ahead of whoever takes it, b"": none."""

    loads = b""


_lock = threading.Lock()
_waiting: EarlyHost | None = None


def start() -> None:
    """Start a host, which imports what every load needs. Where the machine gives no process, nothing happens."""
    global _waiting
    with contextlib.suppress(OSError):
        started = EarlyHost(_main, "coterie-engine")
        with _lock:
            before, _waiting = _waiting, started
        if before is not None:
            before.dispose()


def begin(load: bytes) -> None:
    """Let the host that waits, if any, begin with an encoded `protocol.Load` that will likely be asked for."""
    with _lock:
        if _waiting is not None and not _waiting.loads:
            with contextlib.suppress(OSError):  # it died, which is seen when it is taken
                _waiting.connection.send_bytes(load)
                _waiting.loads = load


def taken(load: bytes) -> EarlyHost | None:
    """The host that waits, from now on the caller's; None where there is none, it died, or it loads something else
    than this."""
    global _waiting
    with _lock:
        found, _waiting = _waiting, None
    if found is None or (found.process.is_alive() and found.loads in (b"", load)):
        return found
    found.dispose()
    return None


def end() -> None:
    """End the host that waits: nothing is loaded here."""
    with _lock:
        found = _waiting
    if found is not None and (mine := taken(found.loads)) is not None:
        mine.dispose()


def _main(connection: Connection, log_path: str) -> None:
    from engine.local import host  # in the child alone

    host.main(connection, log_path)
