"""A load balancer in front of several servers: each connection goes to the next one that takes it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Balancer:
    """Listens on loopback. `ports` are those of the servers, `served` those that connections went to, in their
    order."""

    def __init__(self) -> None:
        self.ports, self.served = list[int](), list[int]()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="balancer")]
        self._threads[0].start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in self._open:
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = self._connected()
            if server is None:
                client.close()
                continue
            self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                thread = threading.Thread(target=_pass_on, args=(one, other), name="balancer-pipe")
                self._threads.append(thread)
                thread.start()

    def _connected(self) -> socket.socket | None:
        """The next server that takes a connection, None where none does."""
        for _ in self.ports:
            port = self.ports.pop(0)
            self.ports.append(port)
            with contextlib.suppress(OSError):
                server = socket.create_connection(("127.0.0.1", port), timeout=300)
                self.served.append(port)
                return server
        return None


@contextlib.contextmanager
def balanced() -> Iterator[Balancer]:
    balancer = Balancer()
    try:
        yield balancer
    finally:
        balancer.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Everything from one to the other until either end is gone."""
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
