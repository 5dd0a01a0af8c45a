"""One request to a provider of web search: ended by whoever stops the run, and in any case after a while.

Blocks on the network: call it off the GUI thread.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from engine.errors import ErrorInfo, UserError
from engine.remote.access import RemoteAccess

SECONDS = 30.0  # total
_SILENCE = 20.0
MOST_BYTES = 4 * 1024**2
_LOOK = 0.1


class Server:
    """A provider's server. `stopped` is asked ten times a second whether to give up."""

    def __init__(self, url: str, access: RemoteAccess, stopped: Callable[[], bool]) -> None:
        """Raises UserError `hub.bad_certificates`, `hub.bad_proxy`, `web_search.insecure`."""
        from engine.remote.http import Http  # what it imports is needed by nobody who does not search

        self.place = urlsplit(url).netloc
        self._stopped = stopped
        with _in_our_words(self.place):
            self._http = Http(url, access, MOST_BYTES)

    def get(self, url: str) -> Any:
        """The JSON at `url`. Raises UserError `web_search.*` and `remote.*`, of a server that refused with its
        `status` and what it `said`."""
        with self._watched():
            return self._http.get(url)

    def post(self, url: str, body: Any) -> Any:
        """The JSON that answers `body`. Raises as `get`."""
        with self._watched():
            return self._http.post(url, body, silence_s=_SILENCE)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        from engine.remote.http import CutError

        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,), name="web-search-watch", daemon=True)
        watch.start()
        try:
            with _in_our_words(self.place):
                yield
        except CutError:
            if self._stopped():
                raise UserError("web_search.stopped") from None
            raise UserError("web_search.silent", host=self.place) from None
        finally:
            done.set()
            watch.join()

    def _watch(self, done: threading.Event) -> None:
        end = time.monotonic() + SECONDS
        while not done.wait(_LOOK):
            if self._stopped() or time.monotonic() > end:
                self._http.cut()
                return


class Refused(UserError):
    """A server answered with an HTTP `status` that is none of success, and `said` something about it."""

    def __init__(self, info: ErrorInfo, status: int, said: str) -> None:
        super().__init__(info.code, **info.params)
        self.status, self.said = status, said


@contextlib.contextmanager
def _in_our_words(place: str) -> Iterator[None]:
    from engine.remote.http import StatusError

    try:
        yield
    except StatusError as error:
        after = error.params.get("after")
        told = ErrorInfo("web_search.wait", {"host": place, "seconds": after or 0})
        raise Refused(told if after else _told(error, place), error.status, error.said) from None
    except UserError as error:
        raise UserError.from_info(_told(error, place)) from None


def _told(error: UserError, place: str) -> ErrorInfo:
    """What is said of a server of models, for one that searches."""
    about: dict[str, str | int | float] = {"host": place}
    return {
        "remote.silent": ErrorInfo("web_search.silent", {"host": place}),
        "remote.interrupted": ErrorInfo("web_search.interrupted", {"host": place}),
        "remote.not_openai": ErrorInfo("web_search.not_json", {"host": place}),
        "remote.garbled": ErrorInfo("web_search.too_long", {"host": place}),
        "remote.insecure": ErrorInfo("web_search.insecure", {"host": place}),
        "remote.key_refused": ErrorInfo("web_search.key_refused", {"host": place}),
        "remote.too_many": ErrorInfo("web_search.too_many", {"host": place}),
        "remote.not_found": ErrorInfo("web_search.not_found", {"host": place}),
        "remote.server_failed": ErrorInfo("web_search.server_failed", {"host": place}),
        "remote.refused": ErrorInfo(
            "web_search.refused", {"host": place, "detail": error.params.get("detail", "")}
        ),
    }.get(error.code, ErrorInfo(error.code, about | error.params))
