"""Ports of a run's commands, led into the sandbox of a tool server: the same localhost:PORT there.

The launcher of the server's sandbox makes the listening sockets (`agents.sandbox.inside.port_opener`) and hands them
out; they are accepted at here, and each connection is joined to one that the run's own sandbox gives. So neither
sandbox sees anything of the other but these ports.
"""

from __future__ import annotations

import contextlib
import json
import logging
import select
import socket
import sys
import threading
from collections.abc import Sequence

from agents.api import Commands, RunPort
from agents.network.carrier import Carrier

log = logging.getLogger(__name__)
MOST = 128  # connections at once; others wait to be accepted
_PATIENCE = 5.0  # seconds for the launcher to answer
_LOOK = 0.25  # seconds between looks at whether the commands go on
_MOST_SOCKETS = 4


class LedPorts:
    """The ports that are led to one start of a server, whose launcher inherits the descriptor `inherited`. Methods
    may be called from any thread; `lead` and `end` may block for a moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel, self._theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self.inherited = self._theirs.fileno()
        self._ways: _Ways | None = None
        self._over = False

    def begun(self) -> None:
        """The launcher has its end of the channel."""
        with self._lock:
            self._theirs.close()

    def lead(self, ports: Sequence[RunPort], commands: Commands) -> tuple[int, ...]:
        """Lead these ports of `commands`, and no others any more. Returns those that cannot be opened, as something
        of the server's own listens there."""
        with self._lock:
            if self._over or (not ports and self._ways is None):
                return ()
            if self._ways is None:
                self._ways = _Ways(commands)
            found = {one: _opened(self._channel, one.port) for one in self._ways.keep(ports)}
            self._ways.add({one: sockets for one, sockets in found.items() if sockets})
            return tuple(one.port for one, sockets in found.items() if not sockets)

    def end(self) -> None:
        """Close all ports and connections: the server has ended, or the run."""
        with self._lock:
            self._over = True
            ways, self._ways = self._ways, None
            self._channel.close()
            self._theirs.close()
        if ways is not None:
            ways.close()


def _opened(channel: socket.socket, port: int) -> list[socket.socket]:
    """Sockets that listen at a port of the server's loopback; none where it cannot be opened."""
    if sys.platform == "win32":
        return []  # no server is started there: it has no sandbox
    channel.settimeout(_PATIENCE)
    try:
        channel.send(json.dumps({"port": port}).encode())
        while True:
            said, fds, _, _ = socket.recv_fds(channel, 4096, _MOST_SOCKETS)
            found = [socket.socket(fileno=fd) for fd in fds]
            if not said or json.loads(said)["port"] == port:
                break
            for late in found:  # of a port for which nobody waits any more
                late.close()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.info("A port could not be opened for a tool server: %s", error)
        return []
    if not found:
        log.info("A port could not be opened for a tool server: %s", said[:200])
    return found


class _Ways:
    """Accepts at the ports, in one thread, and joins."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._lock = threading.Lock()
        self._listeners: dict[RunPort, list[socket.socket]] = {}
        self._open = 0  # connections
        self._over = False
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._carrier = Carrier(self._freed)
        self._thread = threading.Thread(target=self._live, name="server-ports", daemon=True)
        self._thread.start()

    def keep(self, ports: Sequence[RunPort]) -> list[RunPort]:
        """Close the other ports; those of `ports` that are not open yet."""
        with self._lock:
            for one in [one for one in self._listeners if one not in ports]:
                self._shut(one)
            return [one for one in dict.fromkeys(ports) if one not in self._listeners]

    def add(self, listeners: dict[RunPort, list[socket.socket]]) -> None:
        with self._lock:
            for each in (each for sockets in listeners.values() for each in sockets):
                each.setblocking(False)
            self._listeners |= listeners
        self._wake_up()

    def close(self) -> None:
        """Waits until nothing is carried any more."""
        self._over = True
        self._wake_up()
        self._thread.join()
        with self._lock:
            for one in list(self._listeners):
                self._shut(one)
        self._carrier.close()
        self._wake.close()
        self._woken.close()

    def _live(self) -> None:
        if sys.platform == "win32":
            return
        while not self._over:
            with self._lock:
                self._end_ended()
                at = {each.fileno(): one for one, sockets in self._listeners.items() for each in sockets}
                has_room = self._open < MOST
            # Not a selector: another thread may close what is looked at.
            waiting = select.poll()
            for number in (self._woken.fileno(), *(at if has_room else ())):
                waiting.register(number, select.POLLIN)
            for number, _ in waiting.poll(_LOOK * 1000 if at else None):
                if number in at:
                    self._accept(number, at[number])
                else:
                    self._woken.recv(4096)

    def _end_ended(self) -> None:
        running = {one.name for one in self._commands.all() if one.code is None}
        for one in [one for one in self._listeners if one.command not in running]:
            self._shut(one)

    def _shut(self, one: RunPort) -> None:
        for each in self._listeners.pop(one):
            each.close()

    def _accept(self, number: int, at: RunPort) -> None:
        with self._lock:
            listener = next((each for each in self._listeners.get(at, ()) if each.fileno() == number), None)
            if listener is None or self._open >= MOST:
                return
            try:
                near = listener.accept()[0]
            except OSError:  # it has gone already, or there are too many files
                return
            self._open += 1
        try:
            far = self._commands.connect_to(at)
        except (OSError, ValueError) as error:
            log.info("A tool server was not connected to a port of the run: %s", error)
            near.close()
            self._freed()
        else:
            self._carrier.join(near, far)

    def _freed(self) -> None:
        with self._lock:
            self._open -= 1
        self._wake_up()

    def _wake_up(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b".")
