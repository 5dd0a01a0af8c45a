"""Redirects by our own rules: few, HTTP only, without reading their bodies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

MOST_REDIRECTS = 8
# Of a redirect: read to its end, so that the connection can be used again, unless it has none.
_LARGEST_NOTE = 2**14


class Opened:
    """An answer whose body is still to be read. `linked_etag` is what the hub calls the file before it sends on to
    another host, "" where it says nothing."""

    def __init__(self, response: httpx2.Response, linked_etag: str) -> None:
        self.response, self.linked_etag = response, linked_etag


@contextlib.contextmanager
def opened(http: httpx2.Client, method: str, url: str, headers: Mapping[str, str] = {}) -> Iterator[Opened]:
    """The answer at the end of the redirects. `http` sees to it that the token goes to the hub alone.

    Raises httpx2.HTTPError, httpx2.InvalidURL.
    """
    import httpx2

    request, linked = http.build_request(method, url, headers=headers), ""
    for _ in range(MOST_REDIRECTS):
        response = http.send(request, stream=True, follow_redirects=False)
        try:
            linked = linked or bare(response.headers.get("X-Linked-Etag", ""))
            following = response.next_request
            if following is None:
                if response.has_redirect_location:
                    raise httpx2.RemoteProtocolError("redirected to nowhere", request=request)
                yield Opened(response, linked)
                return
            _drain(response)
            request = following
        finally:
            response.close()
    raise httpx2.TooManyRedirects("too many redirects", request=request)


def bare(etag: str) -> str:
    """Strip quotes and the weak mark."""
    return etag.strip().removeprefix("W/").strip('"')


def _drain(response: httpx2.Response) -> None:
    length = 0
    for piece in response.iter_raw():
        length += len(piece)
        if length > _LARGEST_NOTE:
            return
