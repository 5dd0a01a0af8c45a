"""HTTP session of huggingface_hub's requests.

Left to itself its client waits for ever, sleeps for as long as a server tells it to, and sends its headers to
whatever host a server names as the next page. Here each request belongs to one `Hub`: it goes to that hub's
endpoint alone, has time-outs and a largest answer, is refused when nobody wants it any more, and fails with a
`UserError`.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.hub.access import HubAccess
from engine.hub.errors import failure, refusal
from engine.hub.redirects import opened

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi

KeepGoing = Callable[[], bool]
LARGEST_ANSWER = 32 * 2**20
LONGEST_ANSWER_S = 60.0
# What of an answer's headers the library is shown: it prints those that call themselves warnings.
_SHOWN = ("link", "content-type")
# What huggingface_hub raises when an answer is not what it expects.
STRANGE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class Stopped(Exception):
    """The response is no longer wanted."""


class Calls:
    """The requests of one huggingface_hub call. `limit` is the page size, if it has pages.

    `received`: the bodies of answers, handed out before the library reads them.
    """

    def __init__(
        self,
        access: HubAccess,
        http: httpx2.Client,
        *,
        repo: str = "",
        limit: int = 0,
        keep_going: KeepGoing = lambda: True,
        received: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._access, self._http = access, http
        self._repo, self._limit = repo, limit
        self._keep_going, self._received = keep_going, received

    def exchange(self, request: httpx2.Request) -> httpx2.Response:
        """Raises Stopped, and UserError `hub.*`."""
        import httpx2

        if not self._keep_going():
            raise Stopped
        try:
            with opened(self._http, request.method, self._address(request.url)) as found:
                response = found.response
                if response.status_code >= 400:
                    raise refusal(response, self._access, repo=self._repo)
                body = bounded(response, LARGEST_ANSWER)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise failure(error, self._access) from error
        self._received(body)
        shown = {name: response.headers[name] for name in _SHOWN if name in response.headers}
        return httpx2.Response(response.status_code, headers=shown, content=body)

    def _address(self, url: httpx2.URL) -> str:
        """On the endpoint, whatever the host that an answer named: a mirror hands on the hub's own links."""
        if self._limit and "limit" not in url.params:
            url = url.copy_merge_params({"limit": str(self._limit)})
        path = url.raw_path.decode("ascii", "replace")
        return self._access.endpoint + path[max(path.find("/api/"), 0) :]


def bounded(response: httpx2.Response, largest: int) -> bytes:
    """The body of an answer, decoded.

    Raises UserError `hub.garbage` for one that is too large, `hub.no_answer` for one that takes too long.
    """
    body, start = bytearray(), time.monotonic()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > largest:
            raise UserError("hub.garbage", host=response.request.url.host)
        if time.monotonic() - start > LONGEST_ANSWER_S:
            raise UserError("hub.no_answer", host=response.request.url.host)
    return bytes(body)


_CALLS: ContextVar[Calls] = ContextVar("calls")


@contextlib.contextmanager
def calling(calls: Calls) -> Iterator[None]:
    """Route this thread's huggingface_hub requests through `calls`."""
    before = _CALLS.set(calls)
    try:
        yield
    finally:
        _CALLS.reset(before)


def hub_api(endpoint: str) -> HfApi:
    """The hub's own client; it sends no token of its own. Its first import takes a third of a second."""
    from huggingface_hub import HfApi

    _take_over()
    return HfApi(endpoint=endpoint, token=False)


@functools.cache
def _take_over() -> None:
    import httpx2
    from huggingface_hub import set_client_factory

    class Routed(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            return _CALLS.get().exchange(request)

    set_client_factory(lambda: httpx2.Client(transport=Routed(), trust_env=False))
