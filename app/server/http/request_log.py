"""The last requests of a server, in memory alone: who asked which model, for how many tokens. Never what."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import msgspec

from app.server.http.calls import Call, Count, Stage
from app.server.refusal import Refusal
from engine.values import Usage

MOST = 200
# Whoever asks in vain again and again, such as a page that isn't listed, doesn't push the others out.
MOST_STRANGERS = 20
_LONGEST = 80
_NOT_PRINTED = re.compile(r"[^\x20-\x7e]+")


class LoggedRequest(msgspec.Struct, frozen=True):
    """One request. `time` is in seconds since 1970, `seconds` how long it takes or took. `key` is the name of its
    key, `client` its User-Agent, `origin` its page and `host` the server's name as it says them, "" where there is
    none. `status` as HTTP has it and `code` of the refusal; 0 and "" while it goes on. `prompt_tokens`, of which
    `cached_tokens` were reused, and `completion_tokens` are known at the end."""

    id: str
    time: float
    key: str
    client: str
    origin: str
    host: str
    protocol: str
    model: str
    stage: Stage
    status: int
    code: str
    seconds: float
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int

    @property
    def goes_on(self) -> bool:
        return self.stage != "ended"


class RequestLog:
    """Requests that ask a model, and those that were refused. Written on the loop, read from any thread: what it
    holds is replaced whole. `count` takes what requests have used."""

    def __init__(self, count: Count, most: int = MOST) -> None:
        self._count, self._most = count, most
        self._calls: tuple[tuple[Call, ...], tuple[Call, ...]] = ((), ())  # going on, ended; oldest first

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Those that go on, as they came, and the last ones, the newest first."""
        going, ended = self._calls
        asking = [call for call in going if call.stage != "coming"]
        return tuple(_logged(call) for call in (*asking, *reversed(ended)))

    def begin(self, protocol: str, headers: Mapping[str, str]) -> Call:
        """A request that has come."""
        client, origin, host = (_cleaned(headers.get(name, "")) for name in ("user-agent", "origin", "host"))
        call = Call(protocol, client, origin, host, self._count)
        going, ended = self._calls
        self._calls = ((*going, call), ended)
        return call

    def end(self, call: Call) -> None:
        """Lists and looks of clients that all went well are not kept."""
        is_kept = call.stage != "coming" or call.model or call.status >= 400
        call.stage, call.end, call.seconds = "ended", None, time.monotonic() - call.began
        going, ended = self._calls
        if is_kept:
            ended = self._without_oldest((*ended, call))
        self._calls = (tuple(each for each in going if each is not call), ended)

    def _without_oldest(self, ended: tuple[Call, ...]) -> tuple[Call, ...]:
        strangers = [call for call in ended if not call.model]
        if len(strangers) > MOST_STRANGERS:
            ended = tuple(call for call in ended if call is not strangers[0])
        return ended[-self._most :]

    def stop(self, id: str, refusal: Refusal) -> None:
        """End a request; does nothing where it has ended."""
        for call in self._calls[0]:
            if call.id == id and call.end is not None:
                call.end(refusal)


def _cleaned(text: str) -> str:
    """What a header says, for a line on the screen."""
    plain = _NOT_PRINTED.sub(" ", text).strip()
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def _logged(call: Call) -> LoggedRequest:
    usage = call.usage or Usage()
    return LoggedRequest(
        call.id,
        call.came,
        "" if call.key is None else call.key.name,
        call.client,
        call.origin,
        call.host,
        call.protocol,
        call.model,
        call.stage,
        call.status,
        call.code,
        time.monotonic() - call.began if call.seconds is None else call.seconds,
        usage.prompt_tokens,
        usage.cached_tokens,
        usage.completion_tokens,
    )
