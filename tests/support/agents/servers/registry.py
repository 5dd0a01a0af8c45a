"""Servers on this machine that go by names of the internet, and the way there."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from agents.network.upstream import Unreachable, Upstream
from agents.tools.web.download import THE_WEB, Web
from tests.support.servers.certificates import server_context


class Handler(BaseHTTPRequestHandler):
    """Gives the files of `pages` by their paths, and notes what it is asked."""

    protocol_version = "HTTP/1.1"
    server: Registry

    def do_GET(self) -> None:
        self._noted(b"")
        found = self.server.pages.get(self.path.partition("?")[0])
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Length", str(len(found or b"")))
        self.send_header(
            "Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream"
        )
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found or b"")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self._noted(body)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _noted(self, body: bytes) -> None:
        self.server.asked.append((self.command, self.headers["Host"], self.path, body))
        self.server.heads.append(self.headers.items())

    def log_message(self, *_: object) -> None:
        pass


class Registry(ThreadingHTTPServer):
    """`asked` are method, host, path and body of each request."""

    daemon_threads = True
    request_queue_size = 64
    handled: ClassVar[type] = Handler

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, str, bytes]] = []
        self.heads: list[list[tuple[str, str]]] = []
        self._context = context

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def finish_request(self, request: object, address: object) -> None:
        assert isinstance(request, socket.socket)
        with contextlib.suppress(OSError):
            if self._context is None:
                Handler(request, address, self)
                return
            request.settimeout(20)
            with self._context.wrap_socket(request, server_side=True) as wrapped:
                Handler(wrapped, address, self)


@contextlib.contextmanager
def registry(folder: Path, *names: str, tls: bool = True) -> Iterator[tuple[Registry, Path]]:
    """A server that goes by `names`, and the certificate of its authority."""
    context, authority = server_context(folder, *names)
    with Registry(context if tls else None) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="registry")
        thread.start()
        try:
            yield server, authority
        finally:
            server.shutdown()
            thread.join()


class Leading(Upstream):
    """Leads the web's ports of every host to ports of this machine: `ports` by (host, port). `resolved` are the names
    that were looked up; those in `addresses` have the address named there."""

    def __init__(
        self, ports: dict[tuple[str, int], int], addresses: dict[str, list[str]] | None = None
    ) -> None:
        self.ports, self.resolved, self.connected = ports, [], []  # type: ignore[var-annotated]
        known = addresses or {}

        def resolve(host: str, port: int) -> list[str]:
            self.resolved.append(host)
            return known.get(host, ["93.184.215.14"])

        super().__init__(Web(resolve, THE_WEB.allowed, THE_WEB.trust), lambda url: "")

    def _connected(self, addresses: list[str], port: int, host: str) -> socket.socket:
        self.connected.append((addresses[0], port))
        if (host, port) not in self.ports:
            raise Unreachable(f"{host} cannot be reached.")
        return socket.create_connection(("127.0.0.1", self.ports[host, port]), timeout=300)
