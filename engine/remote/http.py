"""HTTP requests to one server, each on a connection that another thread can cut.

A connection is not kept: a model's answer takes longer than a handshake, and a server that takes one client at a
time is not held up by one that waits for its user.
"""

from __future__ import annotations

import contextlib
import json
import logging
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Timeout

from engine.errors import ErrorInfo, UserError
from engine.net.pools import make_pool, proxy_for
from engine.net.sockets import Sockets, trusting
from engine.remote.access import RemoteAccess
from engine.remote.chunks import error_text
from engine.remote.names import is_loopback, is_near

log = logging.getLogger(__name__)
CONNECT_S = 10.0
# A model may read a long prompt before it says a word; many servers say nothing meanwhile.
SILENCE_S = 600.0
# A server that wants to be asked again later than that is asked again then; seconds.
_LONGEST_WAIT = 60
_LONGEST_ERROR = 64 * 1024
_LONGEST_OBJECT = 32 * 1024 * 1024
_PIECE = 64 * 1024
_SHOWN = 300


class Line(Sockets):
    """One request under way. `cut` ends it from another thread, raising `CutError` in it."""


class CutError(Exception):
    """The request was ended by `Line.cut`."""


class StatusError(UserError):
    """A `UserError` of a server that answered: with its HTTP status and what it said."""

    def __init__(self, info: ErrorInfo, status: int, said: str) -> None:
        super().__init__(info.code, **info.params)
        self.status, self.said = status, said


class Http:
    """One server. Thread-safe."""

    def __init__(self, url: str, access: RemoteAccess, most_bytes: int = _LONGEST_OBJECT) -> None:
        """`most_bytes`: a longer object is refused. Raises UserError `hub.bad_certificates`, `hub.bad_proxy`,
        `remote.insecure`."""
        self._access, self._most = access, most_bytes
        parts = urlsplit(url)
        host = parts.hostname or ""
        self.place = parts.netloc
        self._local = threading.local()
        self._lock = threading.Lock()
        self._lines: set[Line] = set()
        self._is_cut = False
        proxy = "" if is_loopback(host) else proxy_for(url, access.proxy)
        plain = parts.scheme == "http"
        if plain and proxy and not access.allow_http and not is_near(host):
            raise UserError("remote.insecure", host=self.place)
        self._checks = plain and not access.allow_http and not proxy
        tls = trusting(access.certificates) if proxy or not plain else None
        self._pool = make_pool(proxy, tls, self._opened, keep=False, num_pools=4, maxsize=1)

    def _opened(self, scheme: str, opened: Any) -> None:
        """Tells the request of this thread which socket is its own. Raises UserError `remote.insecure` as soon as it
        is known that a name leads to a server that is not near."""
        line = getattr(self._local, "line", None)
        if line is not None:
            line.add(opened)
        if self._checks and scheme == "http" and not is_near(opened.getpeername()[0]):
            raise UserError("remote.insecure", host=self.place)

    def cut(self) -> None:
        """End all requests and refuse new ones."""
        with self._lock:
            self._is_cut = True
            lines = tuple(self._lines)
        for line in lines:
            line.cut()

    def get(self, url: str) -> Any:
        """The JSON at `url`. Raises UserError `remote.*`, CutError."""
        return self._object("GET", url, None, CONNECT_S)

    def post(self, url: str, body: Any, *, silence_s: float) -> Any:
        """The JSON that answers `body`. Raises as `get`."""
        return self._object("POST", url, body, silence_s)

    @contextlib.contextmanager
    def stream(self, url: str, body: Any, line: Line) -> Iterator[Answer]:
        """Ask with `body` and read the answer as it comes. Raises as `get`, while it is read too."""
        with self._open("POST", url, body, SILENCE_S, line) as response:
            yield Answer(response, self, line)

    def _object(self, method: str, url: str, body: Any, silence_s: float) -> Any:
        line = Line()
        with self._open(method, url, body, silence_s, line) as response:
            data = Answer(response, self, line).whole(self._most)
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise UserError("remote.not_openai", host=self.place) from error

    @contextlib.contextmanager
    def _open(
        self, method: str, url: str, body: Any, silence_s: float, line: Line
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        key = self._access.key()
        headers = {"Accept": "text/event-stream, application/json", "Connection": "close"}
        headers["User-Agent"] = "coterie"
        if key:
            name = self._access.header
            headers[name or "Authorization"] = key if name else f"Bearer {key}"
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, ensure_ascii=False).encode()
        with self._kept(line):
            with self.telling(line):
                response = self._pool.urlopen(
                    method,
                    url,
                    body=data,
                    headers=headers,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    timeout=Timeout(connect=CONNECT_S, read=silence_s),
                )
            log.debug("%s at a remote server: %d", method, response.status)
            try:
                if response.status >= 300:
                    raise self._refusal(response, line, key)
                yield response
            finally:
                with contextlib.suppress(OSError, urllib3.exceptions.HTTPError, ValueError):
                    response.close()

    @contextlib.contextmanager
    def _kept(self, line: Line) -> Iterator[None]:
        """Inside, the line is this thread's and can be cut. Raises CutError when it is already."""
        with self._lock:
            if self._is_cut or line.is_cut:
                raise CutError
            self._lines.add(line)
        self._local.line = line
        try:
            yield
        finally:
            self._local.line = None
            with self._lock:
                self._lines.discard(line)

    def _refusal(self, response: urllib3.BaseHTTPResponse, line: Line, key: str) -> UserError:
        status = response.status
        said = ""
        with contextlib.suppress(UserError):
            text = Answer(response, self, line).head(_LONGEST_ERROR).decode("utf-8", "replace")
            with contextlib.suppress(ValueError, RecursionError):
                said = error_text(json.loads(text))
        if key:  # some servers repeat what they were given
            said = said.replace(key, "…")
        said = " ".join(said.split())
        info = _refused(status, self.place, said[:_SHOWN] or str(status))
        after = response.headers.get("Retry-After", "")
        if status in (429, 503) and after.isascii() and after.isdigit():
            info = ErrorInfo(info.code, info.params | {"after": min(int(after[:6]), _LONGEST_WAIT)})
        return StatusError(info, status, said)

    @contextlib.contextmanager
    def telling(self, line: Line) -> Iterator[None]:
        """Makes what urllib3 raises a UserError. Its texts are not kept: they hold addresses and headers."""
        try:
            yield
        except UserError:
            raise
        except Exception as error:
            if line.is_cut:
                raise CutError from None
            trouble = _trouble(error, self.place)
            if trouble is None:
                raise
            raise trouble from None


class Answer:
    """A streamed response."""

    def __init__(self, response: urllib3.BaseHTTPResponse, http: Http, line: Line) -> None:
        self._response, self._http, self._line = response, http, line
        self.headers: Mapping[str, str] = response.headers

    @property
    def kind(self) -> str:
        """Its media type: "text/event-stream"."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def pieces(self) -> Iterator[bytes]:
        """Chunks as they arrive. Raises UserError `remote.interrupted`, `remote.silent`, CutError."""
        while True:
            with self._http.telling(self._line):
                piece = self._response.read1(_PIECE)
            if self._line.is_cut:  # its end looks like that of a stream
                raise CutError
            if not piece:
                return
            yield piece

    def head(self, most: int) -> bytes:
        data = b""
        for piece in self.pieces():
            data += piece
            if len(data) >= most:
                break
        return data[:most]

    def whole(self, most: int = _LONGEST_OBJECT) -> bytes:
        """Raises UserError `remote.garbled` for one that is longer than any answer."""
        data = self.head(most + 1)
        if len(data) > most:
            raise UserError("remote.garbled", detail="an endless reply")
        return data


def _refused(status: int, host: str, detail: str) -> ErrorInfo:
    """What an HTTP status says; `detail` is what the server says of it."""
    if status < 400:
        return ErrorInfo("remote.redirected", {"host": host})
    if status in (401, 403):
        return ErrorInfo("remote.key_refused", {"host": host, "detail": detail})
    if status in (404, 405, 501):
        return ErrorInfo("remote.not_found", {"host": host, "detail": detail})
    if status == 429:
        return ErrorInfo("remote.too_many", {"host": host, "detail": detail})
    if status >= 500:
        return ErrorInfo("remote.server_failed", {"host": host, "detail": detail})
    return ErrorInfo("remote.refused", {"host": host, "status": status, "detail": detail})


def _trouble(error: Exception, host: str) -> UserError | None:
    """The `UserError` of an exception of urllib3, ssl or the system; None for a bug of ours."""
    known = urllib3.exceptions
    if isinstance(error, known.ProxyError):
        return UserError("remote.proxy", host=host)
    if isinstance(error, known.SSLError | ssl.SSLError):
        refused = "CERTIFICATE_VERIFY_FAILED" in str(error) or "certificate" in str(error).lower()
        return UserError("remote.certificate" if refused else "remote.no_tls", host=host)
    if isinstance(error, known.NewConnectionError | known.ConnectTimeoutError | known.NameResolutionError):
        return UserError("remote.unreachable", host=host)
    if isinstance(error, known.ReadTimeoutError | TimeoutError):
        return UserError("remote.silent", host=host)
    # ValueError, AttributeError: what http.client makes of a socket that was shut under it.
    if isinstance(error, known.HTTPError | OSError | ValueError | AttributeError):
        return UserError("remote.interrupted", host=host)
    return None
