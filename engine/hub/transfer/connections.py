"""Opening HTTP connections for bodies of many gigabytes.

urllib3, because its `read` hands over a mebibyte for one step of Python, and because it knows proxies,
certificates and time-outs.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import truststore
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Timeout, make_headers, parse_url

from engine.errors import UserError
from engine.hub.transfer.transient import Trouble
from engine.hub.transfer.values import Access, Limits


class Response(Protocol):
    """One answer, its body not read yet. Names of headers are in any case; their values are not to be trusted."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...

    def read(self, most: int, decoded: bool = False) -> bytes:
        """The next bytes, b"" at the end of the body. Many are waited for until all are there, few are not.
        `decoded` undoes a Content-Encoding. Raises Trouble."""

    def close(self) -> None:
        """Done with it. The connection is used again only when the body was read to its end."""


class Connections(Protocol):
    """Where requests go out. Safe to use from all threads."""

    def get(self, url: str, headers: Mapping[str, str]) -> Response:
        """Ask for `url`, following no redirect. Raises Trouble."""

    def abort(self) -> None:
        """End everything under way and let nothing begin: who waits in `get` or `read` gets a Trouble."""

    def close(self) -> None: ...


_LITTLE = 64 * 1024

# How a transfer gets its connections.
Connect = Callable[[Access, Limits], Connections]


class _Sockets:
    """The open sockets of a pool, so that a thread that waits on one can be woken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._aborted = False

    def add(self, opened: socket.socket) -> None:
        with self._lock:
            # Closed ones are forgotten here: nobody tells of them.
            self._open = {one for one in self._open if one.fileno() >= 0}
            self._open.add(opened)
            aborted = self._aborted
        if aborted:
            _shut(opened)

    def abort(self) -> None:
        with self._lock:
            self._aborted = True
            opened = list(self._open)
        for one in opened:
            _shut(one)


def _shut(opened: socket.socket) -> None:
    # The plain method: that of a TLS socket takes its state away from the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


class HttpConnections:
    """`Connections` over HTTP and HTTPS, straight or through proxies."""

    def __init__(self, access: Access, limits: Limits) -> None:
        self._access, self._limits = access, limits
        self._sockets = _Sockets()
        self._tls: ssl.SSLContext | None = None
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def get(self, url: str, headers: Mapping[str, str]) -> _Body:
        host = urlsplit(url).hostname or ""
        pool = self._pool(url)
        timeout = Timeout(connect=self._limits.connect_seconds, read=self._limits.stall_seconds)
        with _telling(host):
            response = pool.urlopen(
                "GET",
                url,
                headers=dict(headers),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=timeout,
            )
        return _Body(response, host)

    def abort(self) -> None:
        self._sockets.abort()

    def close(self) -> None:
        with self._lock:
            for pool in self._pools.values():
                pool.clear()
            self._pools.clear()

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url, self._access.proxy)
        with self._lock:
            pool = self._pools.get(proxy)
            if pool is None:
                pool = self._pools[proxy] = self._made(proxy)
            return pool

    def _made(self, proxy: str) -> urllib3.PoolManager:
        if self._tls is None:
            self._tls = _trusting(self._access.certificates)
        options: dict[str, Any] = {"ssl_context": self._tls, "maxsize": self._limits.streams, "num_pools": 16}
        if proxy:
            parts = parse_url(proxy)
            credentials = make_headers(proxy_basic_auth=unquote(parts.auth)) if parts.auth else None
            pool: urllib3.PoolManager = urllib3.ProxyManager(proxy, proxy_headers=credentials, **options)
        else:
            pool = urllib3.PoolManager(**options)
        pool.pool_classes_by_scheme = _pool_classes(self._sockets)
        return pool


class _Body:
    """A response of urllib3, its errors made Troubles."""

    def __init__(self, response: urllib3.BaseHTTPResponse, host: str) -> None:
        self._response, self._host = response, host
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    def read(self, most: int, decoded: bool = False) -> bytes:
        with _telling(self._host):
            if most <= _LITTLE:
                # What little is asked for comes slowly: it is not waited for until it is complete.
                return self._response.read1(most, decode_content=decoded)
            return self._response.read(most, decode_content=decoded)

    def close(self) -> None:
        with contextlib.suppress(OSError, urllib3.exceptions.HTTPError):
            if self._response.length_remaining == 0:
                # Reading its end, even of a redirect without a body, is what lets the connection be used again.
                self._response.read()
                self._response.release_conn()
            else:
                self._response.close()


def _pool_classes(sockets: _Sockets) -> dict[str, Any]:
    """Pools whose connections tell `sockets` what they have opened."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            if self.sock is not None:
                sockets.add(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            if self.sock is not None:
                sockets.add(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _trusting(certificates: str) -> ssl.SSLContext:
    """What the system trusts, and the authorities of a PEM file beside it."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificates:
        try:
            context.load_verify_locations(cafile=certificates)
        except (OSError, ssl.SSLError) as error:
            raise UserError(
                "hub.bad_certificates", path=certificates, detail=error.strerror or str(error)
            ) from error
    return context


def proxy_for(url: str, chosen: str) -> str:
    """The proxy that leads to `url`: `chosen`, else the system's; "" for none. NO_PROXY holds for both.

    Raises UserError `hub.bad_proxy` for one that is not an HTTP proxy's address.
    """
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
        return ""
    known = urllib.request.getproxies()
    proxy = chosen or known.get(parts.scheme) or known.get("all") or ""
    if not proxy:
        return ""
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        found = parse_url(proxy)
    except urllib3.exceptions.LocationParseError as error:
        raise UserError("hub.bad_proxy") from error
    if found.scheme not in ("http", "https") or not found.host:
        raise UserError("hub.bad_proxy")
    return proxy


@contextlib.contextmanager
def _telling(host: str) -> Any:
    """Makes what urllib3 raises a Trouble. Nothing of its texts is kept: they hold addresses with signatures."""
    try:
        yield
    except urllib3.exceptions.ProxyError as error:
        raise Trouble(UserError("download.proxy", host=host)) from error
    except (urllib3.exceptions.SSLError, ssl.SSLCertVerificationError) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise Trouble(UserError("download.certificate", host=host), refusal=True) from error
        raise Trouble(UserError("download.interrupted", host=host)) from error
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise Trouble(UserError("download.unreachable", host=host)) from error
    except (urllib3.exceptions.ReadTimeoutError, TimeoutError) as error:
        raise Trouble(UserError("download.stalled", host=host)) from error
    except (urllib3.exceptions.LocationParseError, urllib3.exceptions.DecodeError, UnicodeError) as error:
        raise Trouble(UserError("download.garbled", host=host), refusal=True) from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        # ValueError, AttributeError: what http.client makes of a socket that was shut under it.
        raise Trouble(UserError("download.interrupted", host=host)) from error
