"""The response to a request for a download."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.server.http.answers import KEEP_ALIVE_S, Answers, head_of_stream, json_response, sent
from app.server.http.calls import call_of
from app.server.http.off_loop import off_loop
from app.server.ollama.errors import error_value
from app.server.ollama.pull_lines import MANIFEST, SUCCESS, PullLines
from app.server.pulls import PullEvent, Pulls
from app.server.refusal import Refusal, client_closed
from app.store.records import Download
from engine.hub.session import Stopped

_LINES = "application/x-ndjson"


class PullEvents:
    """What becomes of a download, from any thread to the loop; a Refusal is the last."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Queue[PullEvent | Refusal] = asyncio.Queue()
        self._is_wanted = True

    def is_wanted(self) -> bool:
        """Whether anybody waits for it; from any thread."""
        return self._is_wanted

    def tell(self, event: PullEvent) -> None:
        with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
            self._loop.call_soon_threadsafe(self._told.put_nowait, event)

    def break_off(self, refusal: Refusal) -> None:
        self._is_wanted = False
        self._told.put_nowait(refusal)

    async def next(self) -> PullEvent | None:
        """What comes next, None where nothing does for a while. Raises the Refusal that ends it."""
        try:
            event = await asyncio.wait_for(self._told.get(), KEEP_ALIVE_S)
        except TimeoutError:
            return None
        if isinstance(event, Refusal):
            raise event
        return event


class PullResponse:
    """The response to a request for the model of this name, as Starlette calls one; whoever hangs up waits no
    longer. Few requests ask the hub at once, as `asking` has it."""

    def __init__(
        self,
        request: Request,
        answers: Answers,
        pulls: Pulls,
        asking: asyncio.Semaphore,
        name: str,
        stream: bool,
    ) -> None:
        self._call = call_of(request)
        self._answers, self._pulls, self._asking = answers, pulls, asking
        self._name, self._stream = name, stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        events = PullEvents()
        watching = asyncio.get_running_loop().create_task(_watch(receive, events))
        try:
            with self._answers.opened(events, self._call):
                download = await self._begun(events)
                if download is None:
                    await self._here()(scope, receive, send)
                else:
                    await self._followed(download, events, scope, receive, send)
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def _begun(self, events: PullEvents) -> Download | None:
        """Raises Refusal where there is no such model, and where nobody waits any more."""
        try:
            async with self._asking:
                return await off_loop(self._pulls.begin, self._name, self._call.key, events.is_wanted)
        except Stopped:
            while True:
                await events.next()

    def _here(self) -> Response:
        if self._stream:
            return Response(_text([MANIFEST, SUCCESS]), media_type=_LINES)
        return json_response(SUCCESS)

    async def _followed(
        self, download: Download, events: PullEvents, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._call.model, self._call.stage = download.model, "downloading"
        try:
            end = await off_loop(self._pulls.follow, download, events.tell)
            try:
                await self._answered(PullLines(download), events, scope, receive, send)
            finally:
                end()
        finally:
            await off_loop(self._pulls.leave, download)

    async def _answered(
        self, lines: PullLines, events: PullEvents, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if self._stream:
            await self._streamed(lines, events, send)
            return
        while SUCCESS not in await _next(lines, events):
            pass
        await json_response(SUCCESS)(scope, receive, send)

    async def _streamed(self, lines: PullLines, events: PullEvents, send: Send) -> None:
        """Raises Refusal for a download that ends before anything of it was told."""
        told = [MANIFEST, *await _next(lines, events)]
        await send(head_of_stream(_LINES))
        while SUCCESS not in told:
            await sent(send, _text(told))
            try:
                told = await _next(lines, events)
            except Refusal as refusal:
                self._call.refused(refusal)
                told = [error_value(refusal)]
                break
        await send({"type": "http.response.body", "body": _text(told)})


async def _next(lines: PullLines, events: PullEvents) -> list[dict[str, Any]]:
    """The lines of what comes next. Raises the Refusal that ends the download."""
    event = await events.next()
    return [lines.again()] if event is None else list(lines.of(event))


async def _watch(receive: Receive, events: PullEvents) -> None:
    """The body is read: the next message is that the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    events.break_off(client_closed())


def _text(lines: list[dict[str, Any]]) -> bytes:
    return msgspec.json.Encoder().encode_lines(lines)
