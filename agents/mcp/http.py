"""A server that is reached over streamable HTTP."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.errors import UserError

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

CONNECT_S = 15.0
MOST_BYTES = 16 * 1024 * 1024


def checked_url(url: str) -> str:
    """The address of a server. Raises UserError `mcp.bad_url` for what is none, or has a name and password in it,
    and `mcp.plain_http` for one that would be reached without encryption beyond this machine and its network."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("mcp.bad_url", url=url[:200]) from None
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not host or not printable or "@" in parts.netloc:
        raise UserError("mcp.bad_url", url=url.rpartition("@")[2][:200])
    if parts.scheme == "http" and not _near(host):
        raise UserError("mcp.plain_http", host=host)
    return url


def on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _near(host: str) -> bool:
    """Whether it is this machine or in a private network, judged by the address alone."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


@asynccontextmanager
async def http_transport(url: str, headers: Mapping[str, str]) -> AsyncIterator[TransportStreams]:
    """The SDK's transport: redirects stay within the origin, so `headers` go nowhere else. Each answer is cut off
    at 16 MiB."""
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async def capped(response: httpx2.Response) -> None:
        length = response.headers.get("content-length", "")
        if length.isdigit() and int(length) > MOST_BYTES:
            await response.aclose()
            raise httpx2.DecodingError("the answer is too large", request=response.request)

    async with (
        httpx2.AsyncClient(
            headers=dict(headers),
            timeout=httpx2.Timeout(CONNECT_S, read=300.0),
            event_hooks={"response": [capped]},
        ) as client,
        streamable_http_client(url, http_client=client, max_sse_event_size=MOST_BYTES) as streams,
    ):
        yield streams
