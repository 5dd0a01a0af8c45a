"""Downloads one page over HTTP: resolved once, connected to exactly that address, and limited to a few
megabytes.

The standard library's client is used because it can be given the address to connect to while name and
certificate stay the host's: what was checked is what is asked, whatever a name server answers later.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import msgspec

from agents.tools.function_tool import ToolTrouble
from agents.tools.web.address import Address, read_address, same_site
from agents.tools.web.public import is_public
from engine.net.sockets import shut, trusting

SECONDS = 30.0  # total
_STEP_SECONDS = 10.0  # for each network operation
MOST_BYTES = 5 * 1024**2  # bytes on the wire
MOST_UNPACKED = 16 * 1024**2
_MOST_REDIRECTS = 5
_PIECE = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Coterie; reading one page for its user)",
    "Accept": "text/html,application/xhtml+xml,text/plain,application/json,application/pdf;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}

Resolve = Callable[[str, int], list[str]]


class Page(msgspec.Struct, frozen=True):
    """A downloaded page; `address` is that after redirects. `cut`: more would have come.

    `onward` is where a redirect leads that was not followed, because it is another site.
    """

    address: Address
    status: int
    kind: str
    charset: str
    content: bytes
    cut: bool = False
    onward: str = ""


class Web(msgspec.Struct, frozen=True):
    """Access to the web. `connect` is given an address with its port, and seconds."""

    resolve: Resolve
    allowed: Callable[[str], bool]
    trust: Callable[[], ssl.SSLContext]
    connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises ToolTrouble."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ToolTrouble(f"There is no host '{host}', or the network is down.") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


THE_WEB = Web(resolved, is_public, trusting)


def download(address: Address, cancelled: Callable[[], bool], web: Web = THE_WEB) -> Page:
    """Download a page, following redirects within its site. Raises ToolTrouble."""
    with _Clock(cancelled) as clock:
        for _ in range(_MOST_REDIRECTS + 1):
            page = _one(address, clock, web)
            if page.status not in _REDIRECTS or not page.onward:
                return page
            following = read_address(page.onward, address)
            if not same_site(address, following):
                return msgspec.structs.replace(page, onward=following.url)
            address = following
    raise ToolTrouble("The page leads in circles: too many redirects.")


def checked(address: Address, web: Web = THE_WEB) -> list[str]:
    """The addresses of its host. Raises ToolTrouble when one of them is not public."""
    found = web.resolve(address.host, address.port)
    if not found or not all(web.allowed(each) for each in found):
        raise ToolTrouble(
            f"'{address.host}' is on this machine or in a private network; only public pages can be fetched."
        )
    return found


def _one(address: Address, clock: _Clock, web: Web) -> Page:
    connection = _Connection(address, checked(address, web), web, clock)
    try:
        connection.request("GET", address.target, headers=_HEADERS)
        response = connection.getresponse()
        if response.status in _REDIRECTS:
            return Page(address, response.status, "", "", b"", onward=response.headers.get("Location", ""))
        content, cut = _content(response, clock)
        kind = response.headers.get_content_type()
        charset = response.headers.get_content_charset() or ""
        return Page(address, response.status, kind, charset, content, cut)
    except ssl.SSLCertVerificationError as error:
        raise ToolTrouble(f"'{address.host}' could not prove who it is: {error.verify_message}.") from error
    except (OSError, http.client.HTTPException, zlib.error) as error:
        clock.check()
        raise ToolTrouble(f"'{address.host}' did not answer as a web server does ({_why(error)}).") from error
    finally:
        connection.close()


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _content(response: http.client.HTTPResponse, clock: _Clock) -> tuple[bytes, bool]:
    """The decompressed body, and whether it was cut."""
    packing = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise ToolTrouble(f"The page came packed as '{packing}', which was not asked for.")
    unpack = (
        zlib.decompressobj(47)
        if "gzip" in packing
        else zlib.decompressobj()
        if packing == "deflate"
        else None
    )
    taken = bytearray()
    for piece in _pieces(response, clock):
        if unpack is None:
            taken += piece
            continue
        # Bounded reads: a few kilobytes can unpack to gigabytes.
        taken += unpack.decompress(piece, MOST_UNPACKED + 1 - len(taken))
        if len(taken) > MOST_UNPACKED or unpack.eof:
            break
    most = MOST_UNPACKED if unpack else MOST_BYTES
    return bytes(taken[:most]), len(taken) > most


def _pieces(response: http.client.HTTPResponse, clock: _Clock) -> Iterator[bytes]:
    read = 0
    while read <= MOST_BYTES:
        clock.check()
        piece = response.read1(_PIECE)
        if not piece:
            return
        read += len(piece)
        yield piece


class _Connection(http.client.HTTPConnection):
    """Connects only to addresses that were checked."""

    def __init__(self, address: Address, found: list[str], web: Web, clock: _Clock) -> None:
        super().__init__(address.host, address.port, timeout=_STEP_SECONDS)
        self._address = address
        self._found = found
        self._web = web
        self._clock = clock

    def connect(self) -> None:
        trouble: OSError | None = None
        for each in self._found:
            self._clock.check()
            try:
                plain = self._web.connect((each, self._address.port), _STEP_SECONDS)
                plain.settimeout(_STEP_SECONDS)
            except OSError as error:
                trouble = error
                continue
            self._clock.watch(plain)
            self.sock = plain
            if self._address.scheme == "https":
                self.sock = self._web.trust().wrap_socket(plain, server_hostname=self._address.host)
                self._clock.watch(self.sock)
            return
        raise trouble or OSError("no address")


class _Clock:
    """Deadline of a download, also of one that arrives byte by byte, and its cancellation."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled
        self._end = time.monotonic() + SECONDS
        self._socket: socket.socket | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watching, name="fetch-watch", daemon=True)

    def __enter__(self) -> _Clock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected

    def check(self) -> None:
        """Raises ToolTrouble once it is over."""
        if self._cancelled():
            raise ToolTrouble("Fetching was stopped.")
        if time.monotonic() > self._end:
            raise ToolTrouble(f"The page took longer than {SECONDS:.0f} seconds.")

    def _watching(self) -> None:
        while not self._done.wait(0.1):
            if (time.monotonic() > self._end or self._cancelled()) and self._socket is not None:
                shut(self._socket)
