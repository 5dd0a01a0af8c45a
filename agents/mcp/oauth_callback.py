"""Redirect page of a login: listens on loopback while somebody logs in, and only then (RFC 8252, section
7.3).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

PATH = "/callback"
PATIENCE_S = 300.0
REQUEST_S = 10.0
# In both languages: which one its reader wants is not known here.
_WORDS = "You can close this page and go back to Coterie.<p>이 페이지를 닫고 Coterie로 돌아가 주세요."


class Landing:
    """The redirect page; `url` is its address."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}{PATH}"
        self.came: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def answer(self) -> dict[str, str]:
        """The query that the browser brought. Raises TimeoutError when it does not come."""
        return await asyncio.wait_for(asyncio.shield(self.came), PATIENCE_S)

    def take(self, target: str) -> bool:
        """Whether a request was for this page. The first one with a result counts."""
        parts = urlsplit(target)
        if parts.path != PATH:
            return False
        brought = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if ("code" in brought or "error" in brought) and not self.came.done():
            self.came.set_result(brought)
        return True


@asynccontextmanager
async def landing_page(port: int = 0) -> AsyncIterator[Landing]:
    """Listen on loopback, on `port` if it is free: a client may have been registered with it.

    Raises OSError.
    """
    landing: Landing

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), REQUEST_S)
            words = head.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ")
            known = len(words) == 3 and words[0] == "GET" and landing.take(words[1])
            text = _WORDS if known else ""
            page = f'<!doctype html><meta charset="utf-8"><title>Coterie</title><p>{text}</p>'.encode()
            status = "200 OK" if known else "404 Not Found"
            writer.write(
                f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(page)}\r\n"
                "cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n".encode()
                + page
            )
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(visited, "127.0.0.1", port)
    except OSError:
        server = await asyncio.start_server(visited, "127.0.0.1", 0)
    landing = Landing(server.sockets[0].getsockname()[1])
    try:
        yield landing
    finally:
        server.close()
        landing.came.cancel()
