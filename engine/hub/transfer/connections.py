"""HTTP connections for bodies of many gigabytes.

urllib3, because its `read` hands over a mebibyte for one step of Python, and because it knows proxies,
certificates and time-outs.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Timeout

from engine.errors import UserError
from engine.hub.transfer.transient import Trouble
from engine.hub.transfer.values import Access, Limits
from engine.net.pools import make_pool, proxy_for
from engine.net.sockets import Sockets, trusting


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
        """Release the response; its connection is reused only if the body was read to the end."""


class Connections(Protocol):
    """Where requests go out. Safe to use from all threads."""

    def get(self, url: str, headers: Mapping[str, str]) -> Response:
        """Ask for `url`, following no redirect. Raises Trouble."""

    def abort(self) -> None:
        """Abort all requests and refuse new ones: waiting `get` and `read` calls raise Trouble."""

    def close(self) -> None: ...


log = logging.getLogger(__name__)
_LITTLE = 64 * 1024

# How a transfer gets its connections.
Connect = Callable[[Access, Limits], Connections]


class HttpConnections:
    """`Connections` over HTTP and HTTPS, straight or through proxies."""

    def __init__(self, access: Access, limits: Limits) -> None:
        self._access, self._limits = access, limits
        self._sockets = Sockets()
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
        log.debug("GET from %s: %d, range %s", host, response.status, headers.get("Range", "none"))
        return _Body(response, host)

    def abort(self) -> None:
        self._sockets.cut()

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
            self._tls = trusting(self._access.certificates)
        return make_pool(
            proxy,
            self._tls,
            lambda _, opened: self._sockets.add(opened),
            maxsize=self._limits.streams,
            num_pools=16,
        )


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


@contextlib.contextmanager
def _telling(host: str) -> Any:
    """Convert urllib3's exceptions to Trouble, without their texts, which hold signed addresses."""
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
