"""The local server over a scripted engine, and a client that speaks plain HTTP over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from app.server.options import ServerOptions
from app.server.server import Server
from app.server.tools import Tools
from app.services.services import Services, open_services
from app.store.records import KeyRight, LibraryFile, LibraryModel
from engine.api import Listener, PrefillProgress
from tests.support.engines.scripted_engine import ScriptedEngine

PATIENCE_S = 300.0
_THREADS = 8


class Reply:
    """An answer to a plain request."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def events(self) -> list[Any]:
        """The data of server-sent events, each JSON but "[DONE]"."""
        data = [line[6:] for line in self.body.decode().split("\n") if line.startswith("data: ")]
        return [text if text == "[DONE]" else json.loads(text) for text in data]


class Served:
    """A server and what belongs to it. `engine` is set back by `reset`."""

    def __init__(
        self,
        home: Path,
        options: ServerOptions,
        tools: Callable[[Services], Tools] | None = None,
        **engine: Any,
    ) -> None:
        self.home = home
        self.engines: list[ScriptedEngine] = []

        def make(listener: Listener) -> ScriptedEngine:
            self.engines.append(ScriptedEngine(listener, beside=True, **engine))
            return self.engines[-1]

        self.services: Services = open_services(home, make_engine=make, states=False)
        made = None if tools is None else tools(self.services)
        self.server = Server(self.services, home, options, started_threads, made)
        self.key = self.add_key("tests", ("ask", "load"))
        self.address = self.server.start()
        self.port = int(self.address.rpartition(":")[2])
        self.services.models.use("starter", remember=False)

    @property
    def engine(self) -> ScriptedEngine:
        return self.engines[0]

    def reset(self) -> None:
        """The script as it was in the beginning."""
        engine = self.engine
        engine.answer = lambda _: ("Hello", " from", " the", " script.")
        engine.calls, engine.notices, engine.pace = (), (), 0.0
        engine.first = lambda request: (PrefillProgress(request.id, 10, 10, 0),)
        engine.hold.clear()
        engine.requests.clear()

    def add_key(self, name: str, rights: tuple[KeyRight, ...]) -> str:
        return self.server.keys.add(name, rights)[1]

    def add_model(self, id: str) -> LibraryModel:
        """A model of the library: its file is there, and the scripted engine takes it for one."""
        path = self.home / f"{id.replace('/', '-').replace(':', '-')}.gguf"
        path.write_bytes(b"GGUF")
        owner = id.partition(":")
        model = LibraryModel(
            id,
            id,
            (LibraryFile(str(path), 4),),
            "file",
            1.0,
            repo=owner[0] if owner[1] else "",
            variant=owner[2],
        )
        self.services.store.models.put(model)
        return model

    def ask(
        self,
        path: str,
        body: Any = None,
        *,
        method: str = "",
        key: str | None = None,
        port: int = 0,
        **headers: str,
    ) -> Reply:
        """One request over a connection of its own; `body` is sent as JSON, bytes as they are."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE_S)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if (key := self.key if key is None else key) != "":
            told["authorization"] = f"Bearer {key}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        with contextlib.closing(connection):
            connection.request(method or ("GET" if data is None else "POST"), path, data, told)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def chat(self, content: Any = "Hi", **fields: Any) -> Reply:
        """A chat completion of one question, or of messages."""
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        return self.ask("/v1/chat/completions", {"messages": messages, **fields})

    @contextlib.contextmanager
    def raw(self) -> Iterator[socket.socket]:
        """A connection without any protocol."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as opened:
            yield opened

    def said_to(self, data: bytes) -> bytes:
        """All that comes back for these bytes until the server closes the connection."""
        with self.raw() as opened:
            opened.sendall(data)
            return read_to_end(opened)

    def close(self) -> None:
        self.server.stop()
        self.services.close()


def started_threads() -> ThreadPoolExecutor:
    """All threads of the server from the start on: a test would be said to have left those that it made it start."""
    pool = ThreadPoolExecutor(_THREADS, "server-asks")
    together = threading.Barrier(_THREADS)
    for each in [pool.submit(together.wait) for _ in range(_THREADS)]:
        each.result()
    return pool


def read_to_end(opened: socket.socket) -> bytes:
    received = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while piece := opened.recv(65536):
            received += piece
    return bytes(received)


def read_until(opened: socket.socket, wanted: bytes) -> bytes:
    """All that comes up to these bytes, with what came along."""
    received = b""
    while wanted not in received:
        piece = opened.recv(65536)
        assert piece, received
        received += piece
    return received


def request_head(
    served: Served, length: int | None = None, *lines: str, target: str = "/v1/chat/completions"
) -> bytes:
    """The head of a request for an answer, with further lines."""
    told = [
        f"POST {target} HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Authorization: Bearer {served.key}",
        *([] if length is None else [f"Content-Length: {length}"]),
    ]
    return "\r\n".join([*told, *lines, "", ""]).encode()
