"""Streamable HTTP transport of a tool server."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agents.mcp.stdio import Throttle
from engine.errors import UserError
from engine.remote.names import is_loopback

if TYPE_CHECKING:
    import httpx2
    from mcp.client._transport import TransportStreams

CONNECT_S = 15.0
READ_S = 300.0
MOST_BYTES = 16 * 1024 * 1024


def checked_url(url: str) -> str:
    """Validate the address of a server.

    Raises UserError `mcp.bad_url` for what is none, or contains a name and password, and `mcp.plain_http` for
    one that would be reached unencrypted beyond this machine and its network.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("mcp.bad_url", url=url[:200]) from None
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not host or not printable or "@" in parts.netloc:
        raise UserError("mcp.bad_url", url=url.rpartition("@")[2][:200])
    if parts.scheme == "http" and not near(host):
        raise UserError("mcp.plain_http", host=host)
    return url


def near(host: str) -> bool:
    """Whether the address is of this machine or a private network, judged by the text alone."""
    try:
        return is_loopback(host) or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


@asynccontextmanager
async def http_transport(
    url: str, headers: Mapping[str, str], read_s: float = READ_S, auth: httpx2.Auth | None = None
) -> AsyncIterator[TransportStreams]:
    """The SDK's transport: redirects stay within the origin, so `headers` go nowhere else.

    Each response is cut off at 16 MiB, and a stream of events that floods is throttled. `read_s`: how long a
    server may stay silent while it owes a response.
    """
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    class Measured(httpx2.AsyncByteStream):
        """A size-limited response body. Raises DecodingError beyond the limit, streams of events excepted."""

        def __init__(self, response: httpx2.Response, body: httpx2.AsyncByteStream) -> None:
            self._response, self._body = response, body
            self._events = response.headers.get("content-type", "").startswith("text/event-stream")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            throttle, size = Throttle(), 0
            async for chunk in self._body:
                size += len(chunk)
                if size > MOST_BYTES and not self._events:
                    raise httpx2.DecodingError("the answer is too large", request=self._response.request)
                yield chunk
                if pause := throttle.pause(len(chunk)):
                    await asyncio.sleep(pause)

        async def aclose(self) -> None:
            await self._body.aclose()

    async def measured(response: httpx2.Response) -> None:
        length = response.headers.get("content-length", "")
        packed = response.headers.get("content-encoding", "identity") != "identity"  # an unsolicited response
        if packed or (length.isdigit() and int(length) > MOST_BYTES):
            await response.aclose()
            raise httpx2.DecodingError("the answer is too large", request=response.request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = Measured(response, response.stream)

    async with (
        httpx2.AsyncClient(
            headers={**headers, "accept-encoding": "identity"},
            timeout=httpx2.Timeout(CONNECT_S, read=read_s),
            auth=auth,
            event_hooks={"response": [measured]},
        ) as client,
        streamable_http_client(url, http_client=client, max_sse_event_size=MOST_BYTES) as streams,
    ):
        yield streams
