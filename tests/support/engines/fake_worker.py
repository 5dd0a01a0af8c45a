"""Things that listen on a port and are not the worker that was hoped for."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]


@contextmanager
def listening(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server that meets each client in this way, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve() -> None:
            while True:
                client, _ = server.accept()
                with client:
                    if done.is_set():
                        return
                    client.settimeout(30.0)
                    with suppress(OSError):
                        behaviour(client)

        thread = threading.Thread(target=serve, name="fake-worker")
        thread.start()
        host, port = server.getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            done.set()
            socket.create_connection((host, port)).close()
            thread.join()


def silent(client: socket.socket) -> None:
    """Takes the greeting and says nothing, until the client goes."""
    while client.recv(4096):
        pass


def closing(client: socket.socket) -> None:
    """Hangs up on any greeting."""
    client.recv(4096)


def web(client: socket.socket) -> None:
    client.recv(4096)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def chatty(client: socket.socket) -> None:
    """Speaks first, as many mail and terminal servers do, and then waits."""
    client.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
    silent(client)


def answering(*responses: bytes, greeting: int = 24) -> Behaviour:
    """Answers each request with the next of these; hangs up on a greeting of another size."""

    def behave(client: socket.socket) -> None:
        for number, response in enumerate(responses):
            _, size = struct.unpack("<BQ", _exactly(client, 9))
            if number == 0 and size != greeting:
                return
            _exactly(client, size)
            client.sendall(struct.pack("<Q", len(response)) + response)
        silent(client)

    return behave


def cut_after(address: str, limit: int) -> Behaviour:
    """Passes everything on to a real worker, and hangs up for good after `limit` bytes from the clients."""
    host, _, port = address.rpartition(":")
    passed = 0

    def behave(client: socket.socket) -> None:
        nonlocal passed
        with socket.create_connection((host, int(port))) as worker:
            other = {client: worker, worker: client}
            while passed < limit:
                ready, _, _ = select.select([client, worker], [], [], 10.0)
                for side in ready:
                    data = side.recv(2**16)
                    if not data:
                        return
                    other[side].sendall(data)
                    passed += len(data) if side is client else 0

    return behave


def hello(major: int, minor: int = 0) -> bytes:
    return struct.pack("<4B24x", major, minor, 0, 0)


def _exactly(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        if not piece:
            raise OSError("the client went")
        data += piece
    return data
