"""urllib3 connection pools, direct or through a proxy, whose sockets another thread can shut."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import make_headers, parse_url

from engine.errors import UserError

# Called with the scheme and the socket of a connection that was opened, before a byte is sent. What it raises ends
# the request.
Opened = Callable[[str, Any], None]


def make_pool(
    proxy: str, tls: ssl.SSLContext | None, opened: Opened, *, keep: bool = True, **options: Any
) -> urllib3.PoolManager:
    """Connections through `proxy`, "" for none. `keep` False: each is closed after its request.

    `tls` None: for http alone. `options` are urllib3's.
    """
    if tls is not None:
        options["ssl_context"] = tls
    if proxy:
        auth = parse_url(proxy).auth
        credentials = make_headers(proxy_basic_auth=unquote(auth)) if auth else None
        pool: urllib3.PoolManager = urllib3.ProxyManager(proxy, proxy_headers=credentials, **options)
    else:
        pool = urllib3.PoolManager(**options)
    pool.pool_classes_by_scheme = {
        "http": _pool_class("http", HTTPConnectionPool, HTTPConnection, opened, keep),
        "https": _pool_class("https", HTTPSConnectionPool, HTTPSConnection, opened, keep),
    }
    return pool


def _pool_class(scheme: str, pool: Any, connection: Any, opened: Opened, keep: bool) -> Any:
    class Connection(connection):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            if self.sock is not None:
                try:
                    opened(scheme, self.sock)
                except BaseException:
                    self.close()
                    raise

    class Pool(pool):  # type: ignore[misc]
        ConnectionCls = Connection

        def _put_conn(self, conn: Any) -> None:
            if keep:
                super()._put_conn(conn)
            elif conn is not None:
                conn.close()

    return Pool


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
