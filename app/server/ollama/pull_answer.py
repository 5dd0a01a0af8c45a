"""The response to a request for a download."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.server.http.answers import HEADERS_S, KEEP_ALIVE_S, Answers, head_of_stream, json_response, sent
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
                async with contextlib.aclosing(self._told(events)) as told:
                    if self._stream:
                        await self._streamed(told, send)
                        return
                    async for _ in told:
                        pass
                    await json_response(SUCCESS)(scope, receive, send)
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def _told(self, events: PullEvents) -> AsyncGenerator[list[dict[str, Any]], None]:
        """The lines as they come, SUCCESS the last. Raises Refusal for a download that ends without the model."""
        begun = asyncio.ensure_future(self._begun(events))
        try:
            first = [MANIFEST]
            if not (await asyncio.wait([begun], timeout=HEADERS_S))[0]:
                yield first
                first = []
            download = await begun
            if download is None:
                yield [*first, SUCCESS]
                return
            self._call.model, self._call.stage = download.model, "downloading"
            with await off_loop(self._pulls.follow, download, events.tell):
                lines, told = PullLines(download), first
                while SUCCESS not in told:
                    told = [*first, *await _next(lines, events)]
                    first = []
                    yield told
        finally:
            events.break_off(client_closed())
            await asyncio.wait([begun])
            if not begun.cancelled() and begun.exception() is None and (left := begun.result()) is not None:
                await off_loop(self._pulls.leave, left)

    async def _begun(self, events: PullEvents) -> Download | None:
        """Raises Refusal where there is no such model, and where nobody waits any more."""
        try:
            async with self._asking:
                return await off_loop(self._pulls.begin, self._name, self._call.key, events.is_wanted)
        except Stopped:
            while True:
                await events.next()

    async def _streamed(self, told: AsyncIterator[list[dict[str, Any]]], send: Send) -> None:
        """Raises Refusal as long as nothing was sent."""
        has_begun = False
        try:
            async for lines in told:
                if not has_begun:
                    await send(head_of_stream(_LINES))
                has_begun = True
                await sent(send, _text(lines))
        except Refusal as refusal:
            if not has_begun:
                raise
            self._call.refused(refusal)
            await sent(send, _text([error_value(refusal)]))
        await send({"type": "http.response.body", "body": b""})


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
