"""Limits: of connections, of requests that come in slowly, of answers for a key; and the end of a server."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.server.http import answers
from app.server.http.connections import Limits, connection_class
from app.server.http.events import joined
from app.server.http.listening import LOOPBACK, bind
from app.server.http.turns import Turns
from app.server.options import ServerOptions
from app.server.refusal import Refusal
from app.server.server import Server
from engine.api import Delta, PrefillProgress
from engine.errors import UserError
from tests.support.servers.served import Served, read_to_end, read_until, request_head
from tests.support.waiting import wait_until

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"


async def hello(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


async def with_connections(kind: Any, talk: Any) -> None:
    """Run `talk(open)` against a server with these connections; `open` connects."""
    config = uvicorn.Config(hello, http=kind, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: kind(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    async with server:
        await talk(lambda: asyncio.open_connection("127.0.0.1", port))
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


def test_whoever_sends_half_a_request_is_dropped_and_others_are_not() -> None:
    async def talk(connect: Any) -> None:
        for half in (b"", b"GET / HT", REQUEST, REQUEST + b"12345"):
            reader, writer = await connect()
            writer.write(half)
            assert await asyncio.wait_for(reader.read(), 60) == b""
            writer.close()
        reader, writer = await connect()
        writer.write(REQUEST + b"0123456789")
        await asyncio.wait_for(reader.readuntil(b"hi"), 60)
        writer.close()

    asyncio.run(with_connections(connection_class(Limits(half_sent_s=0.5)), talk))


def test_one_address_has_so_many_connections_and_gets_the_next_when_one_is_gone() -> None:
    async def talk(connect: Any) -> None:
        kept = [await connect() for _ in range(2)]
        for _, writer in kept:
            writer.write(REQUEST)
        reader, writer = await connect()
        told = await asyncio.wait_for(reader.read(), 60)
        assert told.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in told
        writer.close()
        for _, writer in kept:
            writer.close()
            await writer.wait_closed()
        while True:  # until the server has seen them go
            reader, writer = await connect()
            writer.write(REQUEST + b"0123456789")
            answer = await asyncio.wait_for(reader.read(12), 60)
            writer.close()
            if answer == b"HTTP/1.1 200":
                return

    asyncio.run(with_connections(connection_class(Limits(most=2)), talk))


def test_a_key_has_its_turns_and_the_queue_an_end() -> None:
    async def ask() -> None:
        turns, done = Turns(at_once=1, waiting=2, all_waiting=3), asyncio.Event()

        async def one(key: str) -> None:
            async with turns.place(key):
                await done.wait()

        async def begun(key: str) -> asyncio.Task[None]:
            task = asyncio.ensure_future(one(key))
            await asyncio.sleep(0)
            return task

        tasks = [await begun("a") for _ in range(3)]
        assert (turns.running, turns.waiting) == (1, 2)
        with pytest.raises(Refusal) as refused:
            turns.check("a")
        assert refused.value.status == 429 and refused.value.retry_after
        tasks += [await begun("b") for _ in range(2)]
        with pytest.raises(Refusal) as refused:
            turns.check("b")
        assert refused.value.status == 503
        turns.check("c")  # its place is free
        done.set()
        await asyncio.gather(*tasks)
        assert (turns.running, turns.waiting) == (0, 0)

    asyncio.run(ask())


def test_whoever_leaves_the_queue_makes_room_at_once() -> None:
    async def ask() -> None:
        turns, done, left = Turns(at_once=1, waiting=1), asyncio.Event(), asyncio.Event()
        places: list[bool] = []

        async def one(left: asyncio.Event) -> None:
            async with turns.place("a", left) as has_place:
                places.append(has_place)
                if has_place:
                    await done.wait()

        async def until(waiting: int) -> None:
            while not places or turns.waiting != waiting:
                await asyncio.sleep(0)

        first = asyncio.ensure_future(one(asyncio.Event()))
        await until(waiting=0)
        leaving = asyncio.ensure_future(one(left))
        await until(waiting=1)
        with pytest.raises(Refusal):
            turns.check("a")
        left.set()
        await leaving
        turns.check("a")
        assert (places, turns.running, turns.waiting) == ([True, False], 1, 0)
        canceled = asyncio.ensure_future(one(asyncio.Event()))
        await until(waiting=1)
        canceled.cancel()
        await asyncio.wait([canceled])
        last = asyncio.ensure_future(one(asyncio.Event()))
        done.set()
        await asyncio.gather(first, last)
        assert (places, turns.running, turns.waiting) == ([True, False, True], 0, 0)

    asyncio.run(ask())


def test_what_a_slow_client_has_not_taken_is_joined_and_says_the_same() -> None:
    events = [
        PrefillProgress(1, 1, 2, 0),
        PrefillProgress(1, 2, 2, 0),
        Delta(1, "reasoning", "a"),
        Delta(1, "content", "b"),
        Delta(1, "content", "c"),
    ]
    assert joined(events) == [events[1], events[2], Delta(1, "content", "bc")]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path, ServerOptions(port=0))
    yield served
    served.close()


def test_open_streams_end_with_an_error_when_the_server_stops(own: Served) -> None:
    own.engine.hold.set()
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
    with own.raw() as opened, own.raw() as idle:
        opened.sendall(request_head(own, len(body)) + body)
        read_until(opened, b"\r\n\r\n")
        wait_until(lambda: bool(own.engine.requests))
        own.server.stop()
        said = read_to_end(opened)
        assert b'"code":"server_stopping"' in said and b"[DONE]" in said
        assert read_to_end(idle) == b""
    assert own.engine.requests[0].id in own.engine.aborted
    own.engine.hold.clear()
    assert not own.server.is_on and own.server.state.running == 0


def test_a_client_that_reads_nothing_holds_up_neither_the_engine_nor_the_end(own: Served) -> None:
    sent: list[int] = []

    def answer(_request: Any) -> Iterator[str]:
        for number in range(10**6):
            sent.append(number)
            yield "x" * 50_000

    own.engine.answer = answer  # type: ignore[assignment]
    own.engine.pace = 0.0001
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
    with own.raw() as opened:
        opened.sendall(request_head(own, len(body)) + body)
        wait_until(lambda: len(sent) > 300)  # more than what lies in buffers on the way
        own.server.stop()
        wait_until(lambda: own.engine.requests[0].id in own.engine.aborted)
        read_to_end(opened)


def test_questions_that_wait_for_the_model_hold_up_neither_other_requests_nor_the_end(
    own: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[int]()
    monkeypatch.setattr(
        own.engine, "measure", lambda request, _: asked.append(request.id)
    )  # it never answers
    body = {"messages": [{"role": "user", "content": "x"}]}
    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(own.ask, "/v1/messages/count_tokens", body) for _ in range(12)]
        wait_until(lambda: len(asked) == 12)
        assert own.ask("/v1/models").status == 200
        own.server.stop()
        assert {each.result().status for each in waiting} == {529}


def test_a_stream_that_waits_is_kept_alive(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "HEADERS_S", 0.01)
    monkeypatch.setattr(answers, "KEEP_ALIVE_S", 0.01)
    own.engine.hold.set()
    own.engine.first = lambda _: ()
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
    with own.raw() as opened:
        opened.sendall(request_head(own, len(body)) + body)
        assert b"200 OK" in read_until(opened, b": wait\n\n")
        own.engine.hold.clear()
        read_until(opened, b"[DONE]")


def test_one_server_serves_a_data_folder_and_leaves_it_to_the_next(own: Served) -> None:
    second = Server(own.services, own.home, ServerOptions(port=0))
    with pytest.raises(UserError) as refused:
        second.start()
    assert refused.value.params == {"address": own.address}
    own.server.stop()
    second.start()
    second.stop()
    own.server.start()  # and the first one again
    assert own.server.state.address == own.server.address != ""


def test_what_is_written_is_sent_at_once() -> None:
    sockets = bind(LOOPBACK, 0)
    for each in sockets:
        assert each.proto == socket.IPPROTO_TCP  # what asyncio looks at before it turns off the delay
        each.close()
