"""The wire to an editor: what is no message is answered, whatever it is, and the end is seen."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Coroutine
from typing import Any

import pytest
from acp.exceptions import RequestError
from hypothesis import given
from hypothesis import strategies as st

from app.acp import stdio
from app.acp.stdio import Streams, message_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["id", "method", "result", "error", "x"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_a_message_is_one_that_the_package_can_take(value: Any) -> None:
    try:
        message = message_of(json.dumps(value).encode())
    except RequestError as error:
        assert error.code == -32600
        return
    hash(message.get("id"))
    assert isinstance(message.get("method", ""), str)
    assert "method" in message or "result" in message or isinstance(message["error"], dict)


@given(st.binary())
def test_bytes_are_a_message_or_an_error(line: bytes) -> None:
    try:
        assert isinstance(message_of(line), dict)
    except RequestError as error:
        assert error.code in (-32700, -32600)


def played(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))


def test_messages_come_in_order_and_the_last_needs_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "MOST_BYTES", 70_000)

    async def story() -> None:
        (reading, editor), (hearing, writing) = os.pipe(), os.pipe()
        streams = Streams(reading, writing)
        lines = [b'{"id": 1, "method": "a"}', b"", b"x" * 200_000, b'{"id": 2, "method": "b"}']
        await asyncio.to_thread(_write, editor, b"\n".join(lines))
        assert [await streams.receive(), await streams.receive(), await streams.receive()] == [
            {"id": 1, "method": "a"},
            {"id": 2, "method": "b"},
            None,
        ]
        refused = json.loads(os.read(hearing, 10_000))
        assert (refused["id"], refused["error"]["code"]) == (None, -32700)
        await streams.close()
        for descriptor in (reading, hearing, writing):
            os.close(descriptor)

    played(story())


def test_an_editor_that_reads_no_more_is_an_error_of_the_connection() -> None:
    async def story() -> None:
        (reading, editor), (hearing, writing) = os.pipe(), os.pipe()
        streams = Streams(reading, writing)
        os.close(hearing)
        with pytest.raises(ConnectionError):
            await streams.send({"id": 1})
        os.close(editor)
        assert await streams.receive() is None
        await streams.close()
        with pytest.raises(ConnectionError):
            await streams.send({"id": 2})
        os.close(reading)
        os.close(writing)

    played(story())


def _write(descriptor: int, data: bytes) -> None:
    with open(descriptor, "wb") as file:
        file.write(data)
