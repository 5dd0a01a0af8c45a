"""Answers over HTTP, streamed or whole, in whatever protocol; given up when the client goes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.server.answering import Answering, KnownModel, check_may_ask, check_sight
from app.server.asks import Answer, AnswerEvent, Ask
from app.server.http.calls import Call, call_of
from app.server.http.events import AnswerEvents, Told
from app.server.http.off_loop import entered, off_loop
from app.server.http.questions import Questions
from app.server.http.text_answers import TextAnswers
from app.server.http.turns import Turns
from app.server.refusal import Refusal, client_closed, ended_elsewhere, refusal_of, stopping
from app.server.texts import Texts
from app.store.records import ServerKey
from engine.api import Finished, PrefillProgress

log = logging.getLogger(__name__)
# A stream's headers wait so long for what may still make its status an error.
HEADERS_S = 2.0
KEEP_ALIVE_S = 10.0
# A client that takes nothing for so long is gone.
_STUCK_S = 60.0
_STOP_S = 2.0


class Writer(Protocol):
    """Writes one answer in a protocol: frame by frame, or whole. Pure."""

    content_type: str
    keep_alive: bytes

    def frames(self, event: AnswerEvent) -> bytes:
        """What an event adds to the stream; after the last one of the last choice everything is said."""
        ...

    def failed(self, refusal: Refusal) -> bytes:
        """The end of a stream that breaks off."""
        ...

    def whole(self, choices: Sequence[Answer]) -> Any:
        """The answer as a value for JSON; of most protocols it has one choice."""
        ...


class Breakable(Protocol):
    """What is open for a client and can be ended from outside."""

    def break_off(self, refusal: Refusal) -> None:
        """End it with an error, without waiting."""
        ...


class Answers:
    """The answers of one server. On its loop, but for `Answering`, which has threads."""

    def __init__(self, answering: Answering, texts: Texts, turns: Turns) -> None:
        self.answering, self.turns = answering, turns
        self.texts = TextAnswers(texts, turns)
        self.questions = Questions(answering, self.opened)
        self._open: dict[Breakable, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    async def respond(
        self,
        request: Request,
        ask: Ask | Sequence[Ask],
        make: Callable[[KnownModel], Writer],
        *,
        stream: bool,
    ) -> AnswerResponse:
        """The response to a request for an answer, with a choice for each ask, all of one model. Raises Refusal as
        long as nothing was sent."""
        asks = [ask] if isinstance(ask, Ask) else list(ask)
        self._check_open()
        model = await off_loop(self.answering.find, asks[0].model)
        check_sight(model, asks[0])
        call = call_of(request)
        check_may_ask(call.key)
        self.turns.check(call.key_name)
        call.model, call.stage = model.id, "waiting"
        events = AnswerEvents(len(asks), call.take)
        call.end = events.break_off
        self._open[events] = call
        self._spawn(self._work(request, model, asks, events))
        return AnswerResponse(request, events, len(asks), make(model), stream)

    @contextlib.contextmanager
    def opened(self, answer: Breakable, call: Call) -> Iterator[None]:
        """Inside, an answer ends with the server and with its key. Raises Refusal 503 while the server ends."""
        self._check_open()
        self._open[answer] = call
        call.end = answer.break_off
        try:
            yield
        finally:
            del self._open[answer]

    def _check_open(self) -> None:
        if self._is_stopping:
            raise stopping()

    async def stop(self) -> None:
        """End all open answers with an error, and wait for their ends."""
        self._is_stopping = True
        for events in list(self._open):
            events.break_off(stopping())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))

    def end_those_of(self, key: ServerKey, refusal: Refusal) -> None:
        """End the open answers of a key."""
        for events, call in list(self._open.items()):
            if call.key == key:
                events.break_off(refusal)

    @property
    def keys_at_work(self) -> set[ServerKey]:
        """The keys that answers are open for."""
        return {call.key for call in self._open.values() if call.key is not None}

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(
        self, request: Request, model: KnownModel, asks: Sequence[Ask], events: AnswerEvents
    ) -> None:
        """Hold a place of the key, ask, and stay until the engine has ended all choices."""
        call = call_of(request)
        try:
            async with self.turns.place(call.key_name, events.left) as has_place:
                if not (has_place and events.is_wanted):
                    return
                async with self._placed(asks) as placed:
                    await self._until_ended(model, placed, call.key, events)
        except Refusal as refusal:
            events.put([refusal])
        except Exception:
            log.exception("An answer of the server failed")
            events.put([Refusal(500, "internal_error", "An error in Coterie stopped the answer.")])
        finally:
            self._open.pop(events, None)

    async def _until_ended(
        self, model: KnownModel, asks: Sequence[Ask], key: ServerKey | None, events: AnswerEvents
    ) -> None:
        numbers: list[int] = []
        try:
            for choice, ask in enumerate(asks):
                listener = events.listener(choice)
                numbers.append(await off_loop(self.answering.begin, model, ask, key, listener))
        except Refusal as refusal:
            events.put([refusal])
            events.leave_out(len(asks) - len(numbers))
        await _first(events.ended.wait(), events.left.wait())
        if not events.ended.is_set():
            for number in numbers:
                await off_loop(self.answering.abort, number)
            await events.ended.wait()

    @contextlib.asynccontextmanager
    async def _placed(self, asks: Sequence[Ask]) -> AsyncIterator[Sequence[Ask]]:
        """Inside, pictures are files; the choices of one question have the same ones."""
        if not asks[0].pictures:
            yield asks
            return
        async with entered(self.answering.pictures.placed(asks[0])) as placed:
            yield [msgspec.structs.replace(ask, messages=placed.messages) for ask in asks]


class AnswerResponse:
    """The response of an answer, as Starlette calls one; whoever hangs up ends it."""

    def __init__(
        self,
        request: Request,
        events: AnswerEvents,
        choices: int,
        writer: Writer,
        stream: bool,
    ) -> None:
        self._request, self._events, self._writer, self._stream = request, events, writer, stream
        self._unfinished = self._choices = choices

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watching = asyncio.get_running_loop().create_task(self._watch(receive))
        try:
            await (self._streamed(send) if self._stream else self._whole(scope, receive, send))
        finally:
            self._events.left.set()
            watching.cancel()
            await asyncio.wait([watching])

    async def _watch(self, receive: Receive) -> None:
        """The body is read: the next message is that the client is gone."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._events.put([client_closed()])

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers = [Answer() for _ in range(self._choices)]
        while self._unfinished:
            for told in await self._events.next(3600.0):
                if isinstance(told, Refusal):
                    raise told
                answers[told.id].take(told)
                if isinstance(told, Finished) and (refusal := self._finished(told)) is not None:
                    raise refusal
        await json_response(self._writer.whole(answers))(scope, receive, send)

    def _finished(self, finished: Finished) -> Refusal | None:
        """Why the end of a choice is none, if so."""
        self._unfinished -= 1
        return _failure(finished)

    async def _streamed(self, send: Send) -> None:
        told = await self._until_headers()
        await send(head_of_stream(self._writer.content_type))
        over = False
        while not over:
            frames, over = self._frames(told)
            if frames or not told:
                await sent(send, frames or self._writer.keep_alive)
            if not over:
                told = await self._events.next(KEEP_ALIVE_S)
        await send({"type": "http.response.body", "body": b""})

    async def _until_headers(self) -> list[Told]:
        """The first events. Raises Refusal for an answer that fails before anything of it was sent."""
        told = await self._events.next(HEADERS_S)
        for event in told:
            if isinstance(event, Refusal):
                raise event
            if isinstance(event, Finished) and (refusal := _failure(event)) is not None:
                raise refusal
            if not isinstance(event, PrefillProgress):
                break
        return told

    def _frames(self, told: list[Told]) -> tuple[bytes, bool]:
        """The frames of events, and whether the stream is over."""
        frames = bytearray()
        for event in told:
            refusal = event if isinstance(event, Refusal) else None
            if isinstance(event, Finished):
                refusal = self._finished(event)
            if refusal is not None:
                call_of(self._request).refused(refusal)
                return bytes(frames + self._writer.failed(refusal)), True
            assert not isinstance(event, Refusal)
            frames += self._writer.frames(event)
        return bytes(frames), not self._unfinished


def json_response(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def head_of_stream(content_type: str) -> Message:
    headers = [
        (b"content-type", content_type.encode()),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}


def _failure(finished: Finished) -> Refusal | None:
    if finished.error is not None:
        return refusal_of(finished.error)
    return ended_elsewhere() if finished.reason in ("cancelled", "error") else None


async def sent(send: Send, body: bytes) -> None:
    """Raises Refusal where the client takes nothing any more."""
    try:
        async with asyncio.timeout(_STUCK_S):
            await send({"type": "http.response.body", "body": body, "more_body": True})
    except TimeoutError as error:
        raise Refusal(499, "client_stuck", "The client takes nothing.") from error


async def _first(*waits: Awaitable[Any]) -> None:
    """Wait for the first of them, and end the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
