"""Serves pages to a browser, hears what they report, and is the proxy that rebinds a name to another server.

As a proxy it answers one path of every name itself, and passes all others on to `rebound`, as a name does that is
first the attacker's address and then this computer's.
"""

from __future__ import annotations

import http.client
import http.server
import json
import queue
import threading
from typing import Any
from urllib.parse import urlsplit

PAGE, REPORT = "/page", "/report"
_HOP = {"connection", "proxy-connection", "transfer-encoding", "content-length"}


class PageServer(http.server.ThreadingHTTPServer):
    """`reports` are what pages told with a POST to their own origin."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, page: str, rebound: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page, self.rebound = page.encode(), rebound
        self.reports: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: PageServer
    timeout = 30

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == PAGE:
            self._say(200, self.server.page)
        elif self.path.startswith("http://") and self.server.rebound:
            self._pass_on()
        else:
            self._say(404, b"")

    def do_POST(self) -> None:
        if urlsplit(self.path).path == REPORT:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.reports.put(json.loads(body))
            self._say(204, b"")
        else:
            self.do_GET()

    do_OPTIONS = do_PUT = do_HEAD = do_GET

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(self) -> None:
        """The request as it came, with the name that the browser knows as its Host."""
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.rebound, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        path = target.path + (f"?{target.query}" if target.query else "")
        connection.request(self.command, path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is written anywhere."""
