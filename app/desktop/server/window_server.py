"""The local server as the window switches it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.server.server import Server, ServerOptions, ServerState
    from app.services.services import Services


class WindowServer:
    """The server over the services of the window, made anew each time it is switched on. `turn_on`, `turn_off` and
    `end` wait for a thread: call them off the GUI thread."""

    def __init__(self, home: Path) -> None:
        self._home, self._lock = home, threading.Lock()
        self._server: Server | None = None
        self._ended = False

    @property
    def state(self) -> ServerState | None:
        """What it does now, None while it is off. Waits for nothing."""
        server = self._server
        return server.state if server is not None and server.is_on else None

    def turn_on(self, services: Services, options: ServerOptions) -> None:
        """Raises UserError as `Server.start`."""
        from app.server.server import Server

        with self._lock:
            if self._server is None and not self._ended:
                server = Server(services, self._home, options)
                server.start()
                self._server = server

    def turn_off(self) -> None:
        """End open answers; does nothing to one that is off."""
        with self._lock:
            server, self._server = self._server, None
            if server is not None:
                server.stop()

    def end(self) -> None:
        """Turn it off for good: its services close."""
        self._ended = True
        self.turn_off()
