"""Link to one file's bytes: locates it, follows redirects, and renews it when it expires.

Redirects are followed here and nowhere else, because a token may go to the hub's own scheme, host and port only,
and because where they lead is signed for some time and then expires.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from engine.errors import UserError
from engine.hub.access import Origin, origin
from engine.hub.transfer.answers import DENIALS, REDIRECTS, Answer, Asked, judged
from engine.hub.transfer.connections import Connections, Response
from engine.hub.transfer.transient import Trouble
from engine.hub.transfer.values import Access, Limits, Locate, Wanted
from engine.hub.values import Located

_SHA256 = re.compile(r"[0-9a-f]{64}")
# What `locate` raises when the hub cannot be asked just now.
_PASSING = {
    "hub.unreachable",
    "hub.no_answer",
    "hub.cut",
    "hub.garbage",
    "hub.proxy",
    "hub.busy",
    "hub.failed",
}
_AGENT = "coterie"


class Opened(NamedTuple):
    response: Response
    answer: Answer
    host: str


class Link:
    """The link of one file, shared by the streams that fetch it."""

    def __init__(
        self, wanted: Wanted, locate: Locate, access: Access, connections: Connections, limits: Limits
    ) -> None:
        self._wanted, self._locate, self._limits = wanted, locate, limits
        self._connections = connections
        self._endpoint = origin(access.endpoint)
        self._token: Callable[[], str] = access.token
        self._lock = threading.Lock()
        self._located: Located | None = None
        self._direct = ""
        self._etags: dict[Origin, set[str]] = {}

    def located(self) -> Located:
        """Where the file is. Raises Trouble, UserError `download.changed` and what `locate` raises for good."""
        with self._lock:
            if self._located is None:
                self._located = self._ask()
            return self._located

    def forget(self) -> None:
        """Locate the file again next time."""
        with self._lock:
            self._located, self._direct = None, ""

    def open(self, first: int, end: int, ranged: bool) -> Opened:
        """Ask for bytes `first` to `end` (not included), or for the whole file when not `ranged`.

        Raises Trouble, NoRanges, and what `located` raises. The caller closes the response.
        """
        wanted = self._wanted
        asked = Asked(wanted.path, wanted.bytes, first, end, ranged)
        located = self.located()
        direct = self._direct
        if direct:
            try:
                opened = self._follow(direct, asked, known=True)
            except Trouble:
                # The hub may send to another host the next time.
                self._forget_direct(direct)
                raise
            if opened is not None:
                return opened
            self._forget_direct(direct)
        opened = self._follow(located.url, asked)
        assert opened is not None
        return opened

    def _forget_direct(self, direct: str) -> None:
        with self._lock:
            # Another stream may have found a new one already.
            if self._direct == direct:
                self._direct = ""

    def _follow(self, url: str, asked: Asked, known: bool = False) -> Opened | None:
        """None when `url` is a `known` link of another host that has expired."""
        start = url
        for _ in range(self._limits.most_redirects + 1):
            at = origin(url)
            if not at.is_http:
                raise _lost(asked)
            response = self._connections.get(url, self._headers(at, asked))
            try:
                if response.status in REDIRECTS:
                    self._check_hub(at, response.headers)
                    url = self._redirected(at, url, response.headers, asked)
                    response.close()
                    continue
                if known and response.status in DENIALS | {400}:
                    response.close()
                    return None
                answer = judged(response.status, response.headers, asked, at.host)
                self._check_hub(at, response.headers)
                self._check_etag(at, response.headers)
            except BaseException:
                response.close()
                raise
            if url != start and at != self._endpoint:
                with self._lock:
                    self._direct = url
            return Opened(response, answer, at.host)
        raise _lost(asked)

    def _headers(self, at: Origin, asked: Asked) -> dict[str, str]:
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        if asked.ranged:
            headers["Range"] = f"bytes={asked.first}-{asked.end - 1}"
        if at == self._endpoint:
            token = self._token().strip()
            # What cannot stand in a header would be quoted in the error about it.
            if token and token.isascii() and token.isprintable():
                headers["Authorization"] = f"Bearer {token}"
        return headers

    def _redirected(self, at: Origin, url: str, headers: Mapping[str, str], asked: Asked) -> str:
        location = headers.get("Location", "")
        try:
            target = urljoin(url, location)
        except ValueError:
            location = target = ""
        to = origin(target)
        if not location or not to.is_http or (at.scheme == "https" and to.scheme != "https"):
            raise _lost(asked)
        return target

    # --- is it still the same file? --------------------------------------------------------------------

    def _ask(self) -> Located:
        try:
            located = self._locate(self._wanted.path)
        except UserError as error:
            if error.code not in _PASSING or _says_no(error):
                raise
            seconds = error.params.get("seconds")
            raise Trouble(error, asked=float(seconds) if isinstance(seconds, int | float) else None) from None
        wanted = self._wanted
        if located.bytes != wanted.bytes or _differ(located.sha256, wanted.sha256):
            raise self._changed()
        return located

    def _check_hub(self, at: Origin, headers: Mapping[str, str]) -> None:
        """Verify on each request that the hub still means the same file."""
        if at != self._endpoint:
            return
        size = headers.get("X-Linked-Size", "")
        etag = strong_etag(headers.get("X-Linked-Etag") or headers.get("ETag"))
        wrong_size = size.isascii() and size.isdecimal() and size != str(self._wanted.bytes)
        if wrong_size or (_SHA256.fullmatch(etag) and _differ(etag, self._wanted.sha256)):
            raise Trouble(self._changed(), refusal=True, stale=True)

    def _check_etag(self, at: Origin, headers: Mapping[str, str]) -> None:
        """Bytes of two files must not meet. Another ETag may mean another file, or another machine of the same
        host: where a SHA-256 will tell, the hub is asked, and believed."""
        etag = strong_etag(headers.get("ETag"))
        if not etag:
            return
        with self._lock:
            seen = self._etags.setdefault(at, set())
            if not seen or etag in seen:
                seen.add(etag)
                return
            if not self._wanted.sha256:
                raise self._changed()
            self._located = self._ask()
            seen.add(etag)

    def _changed(self) -> UserError:
        return UserError("download.changed", name=self._wanted.path)


def _lost(asked: Asked) -> Trouble:
    """The redirects lead nowhere."""
    return Trouble(UserError("download.redirects", name=asked.name), refusal=True, stale=True)


def strong_etag(value: str | None) -> str:
    """An ETag without its quotes; "" for a weak one, which says nothing about bytes."""
    text = (value or "").strip()
    return "" if text.startswith("W/") else text.strip('"')


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one.lower() != other.lower())


def _says_no(error: UserError) -> bool:
    status = str(error.params.get("status", ""))
    return error.code == "hub.failed" and status.isdecimal() and int(status) < 500
