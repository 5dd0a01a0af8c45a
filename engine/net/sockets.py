"""TLS trust, and interrupting a connection from another thread."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path

from engine.errors import UserError


def trusting(certificates: str = "") -> ssl.SSLContext:
    """A TLS context that trusts the system's authorities and the PEM file `certificates`.

    Raises UserError `hub.bad_certificates`.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificates:
        path = Path(certificates).expanduser()
        try:
            context.load_verify_locations(cafile=str(path))
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UserError("hub.bad_certificates", path=str(path), detail=detail) from error
    return context


def shut(opened: socket.socket) -> None:
    """Shut a socket and wake whoever waits on it."""
    # The plain method: that of a TLS socket takes its state away from the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


class Sockets:
    """The open sockets of a request or a pool. `cut` shuts them and each one that is added later, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.is_cut = False

    def add(self, opened: socket.socket) -> None:
        with self._lock:
            # Closed ones are forgotten here: nobody tells of them.
            self._open = {one for one in self._open if one.fileno() >= 0}
            self._open.add(opened)
            cut = self.is_cut
        if cut:
            shut(opened)

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            opened = list(self._open)
        for one in opened:
            shut(one)
