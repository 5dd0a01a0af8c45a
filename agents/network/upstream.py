"""Connects to hosts: at the address that was checked, or through the proxy that the person uses."""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import msgspec

from agents.tools.function_tool import ToolTrouble
from agents.tools.web.download import THE_WEB, Web
from engine.errors import UserError
from engine.net.pools import proxy_for

_STEP_SECONDS = 15.0
_MOST_ADDRESSES = 6
_MOST_ANSWER = 16 * 1024


class Unreachable(Exception):
    """Why a host cannot be reached, for the client. `refused`: it must not be."""

    def __init__(self, why: str, *, refused: bool = False) -> None:
        super().__init__(why)
        self.refused = refused


class Way(msgspec.Struct, frozen=True):
    """A connection, and what the head of a plain request needs there: fields for a proxy, and the whole address."""

    socket: socket.socket
    fields: tuple[tuple[bytes, bytes], ...] = ()
    by_proxy: bool = False


class Upstream:
    """`web` resolves names and says which addresses are public; `proxy` gives the proxy to a URL, "" for none."""

    def __init__(
        self, web: Web = THE_WEB, proxy: Callable[[str], str] = lambda url: proxy_for(url, "")
    ) -> None:
        self._web, self._proxy = web, proxy

    def tunnel(self, host: str, port: int) -> socket.socket:
        """A connection to the host, also through a proxy. Raises Unreachable."""
        return self._way(host, port, "https")[0]

    def plain(self, host: str, port: int) -> Way:
        """The way of a plain request. Raises Unreachable."""
        opened, fields, by_proxy = self._way(host, port, "http")
        return Way(opened, fields, by_proxy)

    def _way(
        self, host: str, port: int, scheme: str
    ) -> tuple[socket.socket, tuple[tuple[bytes, bytes], ...], bool]:
        try:
            proxy = self._proxy(f"{scheme}://{host}:{port}")
        except UserError as error:
            raise Unreachable("The proxy of this computer has an address that cannot be read.") from error
        if not proxy:
            return self._connected(self._addresses(host, port), port, host), (), False
        with contextlib.suppress(_NoSuchHost):  # names of the world are often known to the proxy alone
            self._addresses(host, port)
        parts = urlsplit(proxy)
        if parts.scheme != "http" or not parts.hostname:
            raise Unreachable("The proxy of this computer is reached over TLS, which is not supported here.")
        fields = _credentials(parts.username, parts.password)
        at = parts.port or 80
        try:
            addresses = self._web.resolve(parts.hostname, at)
        except ToolTrouble as error:
            raise Unreachable(f"The proxy {parts.hostname} of this computer cannot be found.") from error
        opened = self._connected(addresses, at, parts.hostname)
        if scheme == "https":
            _through(opened, host, port, fields)
        return opened, fields, True

    def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of them public: they are those that are connected to."""
        try:
            found = self._web.resolve(host, port)
        except ToolTrouble as error:
            raise _NoSuchHost(f"{host} cannot be found.") from error
        if not found or not all(map(self._web.allowed, found)):
            raise Unreachable(f"{host} is on this computer or in a private network.", refused=True)
        return found

    def _connected(self, addresses: list[str], port: int, host: str) -> socket.socket:
        for address in addresses[:_MOST_ADDRESSES]:
            with contextlib.suppress(OSError):
                return socket.create_connection((address, port), timeout=_STEP_SECONDS)
        raise Unreachable(f"{host} cannot be reached.")


class _NoSuchHost(Unreachable):
    """Its name leads nowhere."""


def _credentials(user: str | None, password: str | None) -> tuple[tuple[bytes, bytes], ...]:
    if user is None:
        return ()
    told = base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode())
    return ((b"proxy-authorization", b"Basic " + told),)


def _through(opened: socket.socket, host: str, port: int, fields: tuple[tuple[bytes, bytes], ...]) -> None:
    """Open a tunnel through the proxy at the other end. Raises Unreachable."""
    named = f"{host}:{port}".encode()
    lines = [b"CONNECT %b HTTP/1.1" % named, b"Host: %b" % named, *(b"%b: %b" % field for field in fields)]
    answer = b""
    try:
        opened.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        while not answer.endswith(b"\r\n\r\n"):
            piece = opened.recv(1)  # not a byte of what comes through the tunnel
            if not piece or len(answer) > _MOST_ANSWER:
                break
            answer += piece
    except OSError as error:
        opened.close()
        raise Unreachable("The proxy of this computer does not answer.") from error
    status = answer.split(b" ", 2)[1:2]
    if not answer.endswith(b"\r\n\r\n") or not status or not status[0].startswith(b"2"):
        opened.close()
        told = status[0].decode("ascii", "replace") if status else "nothing"
        raise Unreachable(f"The proxy of this computer answered {told} for {host}.")
