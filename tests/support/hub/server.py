"""The hub on loopback: two servers, one of them behind the redirects of the other."""

from __future__ import annotations

import contextlib
import secrets
import socket
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from typing import Any, Literal

from tests.support.hub.answers import Api
from tests.support.hub.contents import Content
from tests.support.hub.faults import Fault, Faults
from tests.support.hub.handler import Handler
from tests.support.hub.log import RequestLog
from tests.support.hub.repositories import Account, HubRepo, Shelf

# A small buffer keeps what the log calls sent near what the client has got.
SEND_BUFFER = 2**18


@dataclass
class Link:
    """A signed address on the second host. Good for `uses` requests (0: any) until `until` (0.0: for ever)."""

    repo: str
    path: str
    uses: int
    until: float


class Hub:
    """A hub that runs from `start` to `stop`, also as a context manager. `address` is for HF_ENDPOINT.

    `second_host`: bytes of files come by a redirect to another port, as those of the real hub do.
    """

    def __init__(
        self,
        repositories: Iterable[HubRepo] = (),
        *,
        port: int = 0,
        page_size: int = 100,
        second_host: bool = False,
    ) -> None:
        self.shelf = Shelf(repositories)
        self.faults = Faults()
        self.log = RequestLog()
        self.second_host = second_host
        self.api = Api(self.shelf, page_size)
        self.links: dict[str, Link] = {}
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._servers = (
            HubServer(("127.0.0.1", port), self, "hub"),
            HubServer(("127.0.0.1", 0), self, "second"),
        )
        self._threads: list[threading.Thread] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def second_address(self) -> str:
        return f"http://127.0.0.1:{self._servers[1].server_port}"

    def start(self) -> Hub:
        for server in self._servers:
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), name=f"hub-{server.host}")
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Returns when no thread of it is left."""
        self.stopping.set()
        for server in self._servers:
            if self._threads:
                server.shutdown()
            server.close_connections()
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def hang_up(self) -> None:
        """Close the connections that clients keep for later."""
        for server in self._servers:
            server.close_connections()

    def __enter__(self) -> Hub:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fault(self, *faults: Fault) -> None:
        self.faults.set(*faults)

    def account(self, token: str, name: str = "tester", opens: Iterable[str] = ("*",)) -> None:
        """Let a token in: to the gated and private repositories it `opens`."""
        self.shelf.accounts[token] = Account(name, frozenset(opens))

    def content(self, file: str) -> Content:
        """The content of "OWNER/REPO/PATH"."""
        owner, name, path = file.split("/", 2)
        repository = self.shelf.get(f"{owner}/{name}")
        if repository is None:
            raise KeyError(file)
        return repository.files[path]

    def link_to(self, repo: str, path: str) -> str:
        fault = self.faults.lasting("expired", f"{repo}/{path}")
        key = secrets.token_urlsafe(24)
        until = time.monotonic() + fault.seconds if fault and not fault.uses else 0.0
        with self._lock:
            self.links[key] = Link(repo, path, fault.uses if fault else 0, until)
        return f"{self.second_address}/cdn/{urllib.parse.quote(path)}?Signature={key}"

    def followed(self, key: str) -> Link | None:
        """The link, if it is still good; counts as one use."""
        with self._lock:
            link = self.links.get(key)
            if link is None or link.uses < 0 or (link.until and time.monotonic() > link.until):
                return None
            if link.uses:
                link.uses = link.uses - 1 or -1
            return link


class HubServer(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], hub: Hub, host: Literal["hub", "second"]) -> None:
        self.hub = hub
        self.host = host
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, Handler)

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that went away are what this hub is for; anything else is a mistake and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
