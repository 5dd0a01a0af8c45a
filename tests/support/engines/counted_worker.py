"""What is asked of a worker, counted on its way: a relay on loopback between llama.cpp's RPC client and its server.

A request is a byte for its kind (`enum rpc_cmd` of `ggml/src/ggml-rpc/ggml-rpc.cpp`), eight for its size, and so many
more; only the size of an answer precedes it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_KINDS = {6: "up", 8: "down", 10: "graphs", 16: "graphs"}
_AT_ONCE = 2**20


class Counted:
    """`requests` by kind, from all who are connected: copies "up" and "down", "graphs" computed, "other"."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests: Counter[str] = Counter()


@contextmanager
def counted(address: str) -> Iterator[Counted]:
    """A relay to the worker at this address."""
    host, port = address.rsplit(":", 1)
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Counted(f"127.0.0.1:{listening.getsockname()[1]}")

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                    worker = socket.create_connection((host, int(port)))
                except OSError:
                    return
                sockets.extend((client, worker))
                for each in (client, worker):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _start(threads, _asked, client, worker, found.requests)
                _start(threads, _answered, worker, client)

        _start(threads, accept)
        try:
            yield found
        finally:
            for each in (listening, *sockets):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
            for each in sockets:
                each.close()


def _start(threads: list[threading.Thread], run: object, *arguments: object) -> None:
    thread = threading.Thread(target=run, args=arguments, daemon=True)  # type: ignore[arg-type]
    threads.append(thread)
    thread.start()


def _asked(client: socket.socket, worker: socket.socket, requests: Counter[str]) -> None:
    with _until_closed(client, worker), client.makefile("rb", _AT_ONCE) as stream:
        while len(head := stream.read(9)) == 9:
            kind, left = struct.unpack("<BQ", head)
            requests[_KINDS.get(kind, "other")] += 1
            worker.sendall(head)
            while left and (part := stream.read(min(left, _AT_ONCE))):
                worker.sendall(part)
                left -= len(part)


def _answered(worker: socket.socket, client: socket.socket) -> None:
    with _until_closed(worker, client):
        while part := worker.recv(_AT_ONCE):
            client.sendall(part)


@contextmanager
def _until_closed(*ends: socket.socket) -> Iterator[None]:
    """One end that is closed closes the other."""
    with contextlib.suppress(OSError):
        yield
    for each in ends:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
