"""Byte ranges of a hub file (RFC 9110, section 14): never reads more than requested."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.hub.errors import failure, refusal
from engine.hub.redirects import bare, opened
from engine.hub.session import LONGEST_ANSWER_S, KeepGoing, Stopped
from engine.hub.values import HubFile

if TYPE_CHECKING:
    import httpx2

    from engine.hub.client import Hub

FIRST_PIECE = 2**18
LARGEST_PIECE = 2**21
_ATTEMPTS = 2
# Of these another attempt may be free: a link that expired, a connection that broke.
_PASSING = ("hub.cut", "hub.failed")
_CONTENT_RANGE = re.compile(
    r"bytes (?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})/(?P<size>[0-9]{1,18})", re.ASCII
)


class RemoteHeader:
    """The beginning of a file on the hub, a `HeaderSource`: read in pieces that double, from 256 KiB to 2 MiB.

    `bytes_read` counts the bodies of all answers. Methods raise UserError `hub.*`, Stopped.
    """

    def __init__(self, hub: Hub, repo: str, commit: str, file: HubFile, keep_going: KeepGoing) -> None:
        self._hub, self._repo, self._path = hub, repo, file.path
        self._url = hub.url(repo, commit, file.path)
        self._keep_going = keep_going
        self._etag = ""
        self._first = b""
        self.bytes_read = 0
        self.size = file.bytes
        if not self.size:  # the hub's list did not say
            self._first = self._piece(0, FIRST_PIECE)

    def more(self, have: int, need: int) -> bytes:
        """As `HeaderSource.more`."""
        if not have and len(self._first) >= min(need, self.size):
            return self._first
        length = max(need - have, min(max(have, FIRST_PIECE), LARGEST_PIECE))
        return self._piece(have, min(have + length, self.size))

    def _piece(self, start: int, end: int) -> bytes:
        for left in reversed(range(_ATTEMPTS)):
            if not self._keep_going():
                raise Stopped
            try:
                return self._asked(start, end)
            except UserError as error:
                if error.code not in _PASSING or not left:
                    raise
        raise AssertionError("unreachable")

    def _asked(self, start: int, end: int) -> bytes:
        """Bytes `start` to `end` (exclusive). Nothing is read of an unexpected response."""
        import httpx2

        # Without a compression: of what is compressed a range is of no use.
        headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
        access = self._hub.access
        try:
            with opened(self._hub.http, "GET", self._url, headers) as found:
                response = found.response
                if response.status_code == 416:
                    raise UserError("hub.changed", repo=self._repo, path=self._path)
                if response.status_code >= 400:
                    raise refusal(response, access, repo=self._repo, path=self._path)
                self._check(response, found.linked_etag, start, end)
                return self._body(response, min(end, self.size) - start)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise failure(error, access) from error

    def _check(self, response: httpx2.Response, linked_etag: str, start: int, end: int) -> None:
        host = response.url.host
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise UserError("hub.garbage", host=host)
        if response.status_code != 206:
            raise UserError("hub.no_ranges", host=host)
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
            raise UserError("hub.encoded", host=host)
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if match is None:
            raise UserError("hub.wrong_range", host=host)
        first, last, size = int(match["first"]), int(match["last"]), int(match["size"])
        etag = linked_etag or bare(response.headers.get("ETag", ""))
        if (self.size and size != self.size) or (self._etag and etag != self._etag):
            raise UserError("hub.changed", repo=self._repo, path=self._path)
        if first != start or last != min(end, size) - 1:
            raise UserError("hub.wrong_range", host=host)
        self.size, self._etag = size, etag

    def _body(self, response: httpx2.Response, length: int) -> bytes:
        body, start = bytearray(), time.monotonic()
        try:
            for piece in response.iter_raw():
                body += piece
                if time.monotonic() - start > LONGEST_ANSWER_S:
                    raise UserError("hub.no_answer", host=response.url.host)
                if len(body) > length:
                    raise UserError("hub.wrong_range", host=response.url.host)
        finally:
            self.bytes_read += len(body)
        if len(body) < length:
            raise UserError("hub.short_answer", host=response.url.host)
        return bytes(body)
