"""A server that speaks the formats of the providers of web search, on loopback."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

# What is found for every query, as (title, url, text).
PAGES = (
    ("Rust <b>book</b>", "https://doc.rust-lang.org/book/?utm_source=x&page=2", "Learn &amp; build\nthings."),
    ("Crates", "http://crates.io/", ""),
)


class Reply(msgspec.Struct, frozen=True):
    """What is answered to a request instead of results."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = {}


class Asked(msgspec.Struct, frozen=True):
    """A request: path, parameters of its query, its headers in small letters, and the JSON of its body."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None


class SearchServer(http.server.ThreadingHTTPServer):
    """`reply` makes what is answered; without one, `pages` in the format of the path. `asked` are the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.pages = PAGES
        self.reply: Callable[[Asked], Reply] | None = None
        self.held = threading.Event()  # while it is not set after `hold`, nothing is answered
        self.held.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def results(self, asked: Asked) -> Reply:
        if asked.path == "/res/v1/web/search":
            entries = [{"title": t, "url": u, "description": d} for t, u, d in self.pages]
            found: Any = {"type": "search", "web": {"type": "search", "results": entries}}
        else:  # SearXNG and Tavily name theirs alike
            found = {"results": [{"title": t, "url": u, "content": c} for t, u, c in self.pages]}
        return Reply(body=json.dumps(found).encode())


class _Handler(http.server.BaseHTTPRequestHandler):
    server: SearchServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(parts.path, query, {k.lower(): v for k, v in self.headers.items()}, body)
        self.server.asked.append(asked)
        self.server.held.wait(60)
        reply = (self.server.reply or self.server.results)(asked)
        with contextlib.suppress(OSError):  # nobody waits for it any more
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        return


@contextlib.contextmanager
def search_server() -> Iterator[SearchServer]:
    server = SearchServer()
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="search-server"
    )
    thread.start()
    try:
        yield server
    finally:
        server.held.set()
        server.shutdown()
        thread.join()
        server.server_close()
