"""Access to the hub: its address, proxy and certificates, and the token that only the hub may see."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from engine.errors import UserError
from engine.net.sockets import trusting

if TYPE_CHECKING:
    import httpx2

HUB = "https://huggingface.co"
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 20.0
_PORTS = {"http": 80, "https": 443}
_USER_AGENT = "coterie"
# A header that is longer than servers read is no token.
_LONGEST_TOKEN = 512


def no_token() -> str:
    """No token."""
    return ""


class HubAccess:
    """An immutable access to the hub. `endpoint` is its address without a trailing slash, `proxy` "" the
    system's (HTTP_PROXY and the like), `certificates` a PEM file that is trusted besides the usual ones.
    `offline`: no requests.

    `token` is asked at each request to the endpoint, "" for none, so that a new one counts at once. It is in no
    text of this object.
    """

    __slots__ = ("_token", "certificates", "endpoint", "offline", "proxy")

    def __init__(
        self,
        endpoint: str = HUB,
        proxy: str = "",
        certificates: str = "",
        offline: bool = False,
        token: Callable[[], str] = no_token,
    ) -> None:
        """Raises UserError `hub.bad_endpoint` for what is no address of a server."""
        self.endpoint = _checked_endpoint(endpoint)
        self.proxy = proxy
        self.certificates = certificates
        self.offline = offline
        self._token = token

    def __repr__(self) -> str:
        way = ", by a proxy" if self.proxy else ""
        return f"HubAccess({self.endpoint!r}{way}{', offline' if self.offline else ''})"

    @property
    def origin(self) -> Origin:
        return origin(self.endpoint)

    def is_endpoint(self, url: str) -> bool:
        """Whether an address is the hub's own: the same scheme, host and port."""
        return origin(url) == self.origin

    def with_token(self, token: str) -> HubAccess:
        """The same access with another token."""
        return HubAccess(self.endpoint, self.proxy, self.certificates, self.offline, lambda: token)

    def token(self) -> str:
        """The token to send. Raises UserError `hub.bad_token` for an invalid one."""
        token = self._token().strip()
        if not (
            token.isascii() and token.isprintable() and " " not in token and len(token) <= _LONGEST_TOKEN
        ):
            raise UserError("hub.bad_token")
        return token

    def check_online(self) -> None:
        """Raises UserError `hub.offline` when nothing is to be asked."""
        if self.offline:
            raise UserError("hub.offline")

    def http(self, *, read_timeout: float = READ_TIMEOUT_S, connections: int = 32) -> httpx2.Client:
        """A client that sends the token to the endpoint only, never across redirects. The caller closes it.

        It follows redirects, and gives up waiting for anything. Raises UserError `hub.offline`,
        `hub.bad_proxy`, `hub.bad_certificates` (`path`, `detail`).
        """
        self.check_online()
        import httpx2

        def guard(request: httpx2.Request) -> None:
            # Taken apart by the library that will connect: two readings of one address could differ.
            url = request.url
            there = Origin(url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0))
            request.headers.pop("Authorization", None)
            token = self.token() if there == self.origin else ""
            if token:
                request.headers["Authorization"] = f"Bearer {token}"

        try:
            if self.proxy and not httpx2.URL(self.proxy).host:
                raise UserError("hub.bad_proxy")
            return httpx2.Client(
                verify=trusting(self.certificates),
                proxy=self.proxy or None,
                headers={"User-Agent": _USER_AGENT},
                timeout=httpx2.Timeout(read_timeout, connect=CONNECT_TIMEOUT_S),
                follow_redirects=True,
                max_redirects=8,
                limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
                event_hooks={"request": [guard]},
            )
        except (ValueError, ImportError, httpx2.InvalidURL):
            # Its text is not told on: it holds the address, and that may hold a password.
            raise UserError("hub.bad_proxy") from None


def hub_access(
    endpoint: str = "",
    proxy: str = "",
    certificates: str = "",
    offline: bool = False,
    token: Callable[[], str] = no_token,
    environ: Mapping[str, str] = os.environ,
) -> HubAccess:
    """The access that settings and environment ask for: HF_ENDPOINT counts before `endpoint`, "" is the hub itself.

    Raises UserError `hub.bad_endpoint`.
    """
    chosen = environ.get("HF_ENDPOINT", "").strip() or endpoint.strip() or HUB
    return HubAccess(chosen, proxy.strip(), certificates.strip(), offline, token)


class Origin(NamedTuple):
    """Scheme, host and port, as RFC 6454 compares them; "" and 0 for what is missing."""

    scheme: str
    host: str
    port: int

    @property
    def is_http(self) -> bool:
        return self.scheme in _PORTS and bool(self.host)


def origin(url: str) -> Origin:
    """The origin of an address; that of one that cannot be read is empty."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Origin("", "", 0)
    return Origin(parts.scheme, host or "", port or _PORTS.get(parts.scheme, 0))


def _checked_endpoint(endpoint: str) -> str:
    address = endpoint.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        good = (
            origin(address).is_http
            and not (parts.username or parts.password or parts.query or parts.fragment)
            and address.isprintable()
            and " " not in address
        )
    except ValueError:
        good = False
    if not good:
        raise UserError("hub.bad_endpoint")
    return address
