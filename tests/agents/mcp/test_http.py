"""Servers over streamable HTTP: a real one on loopback, and ones that answer badly."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.mcp.host import Host
from agents.mcp.http import checked_url
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import Decision
from engine.errors import UserError
from tests.agents.mcp.test_host import Person, tools_of
from tests.support.agents.here import here_in
from tests.support.agents.servers.http_tools import Recorded, answer, made_server, serving

pytestmark = pytest.mark.long

KEY = "Bearer canary-4711"


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[Host]:
    """A host whose servers get a bearer header that nobody has written down."""
    host = Host(lambda: None, tmp_path / "homes", lambda spec: Values({}, {"Authorization": KEY}))
    yield host
    host.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Host]:
    host = Host(lambda: None, tmp_path / "homes", lambda spec: Values())
    yield host
    host.close()


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_a_real_server_is_called_asks_its_question_and_sees_the_key(
    keyed: Host, workspace: Path, version: str
) -> None:
    app = Recorded(made_server().streamable_http_app(), KEY, legacy=version < "2026")
    with serving(app) as address:
        tools = tools_of(keyed, ServerSpec("real", url=f"{address}/mcp"), workspace)
        assert tools["real_add"].link.version == version
        assert set(tools) == {"real_add", "real_book", "real_count", "real_grow"}
        assert tools["real_add"].facts.network and not tools["real_add"].facts.held
        assert tools["real_add"].run({"a": 2, "b": 3}, here_in(workspace)).text.startswith("5")
        person = Person(Decision(True, content={"name": "Mina"}))
        booked = tools["real_book"].run({}, here_in(workspace, approver=person))
        assert "accept" in booked.text and "seats=2" in booked.text and "window=True" in booked.text
        assert person.asked[0].kind == "form"
        declined = tools["real_book"].run({}, here_in(workspace, approver=Person(Decision(False))))
        assert "decline" in declined.text
        assert tools["real_count"].run({}, here_in(workspace)).text.startswith("counted")
        assert tools["real_grow"].run({}, here_in(workspace)).status == "ok"
        end = time.monotonic() + 60
        while "grown" not in {one.name for one in tools["real_add"].link.definitions}:
            assert time.monotonic() < end
            time.sleep(0.02)
        wrong = tools["real_add"].run({"a": "x"}, here_in(workspace))
        assert wrong.status == "error"
        keyed.close()
    assert {headers.get("authorization") for headers in app.seen} == {KEY}
    assert {headers.get("accept-encoding") for headers in app.seen} == {"identity"}


def test_without_its_key_a_server_is_told_as_refusing(plain: Host, workspace: Path) -> None:
    with serving(Recorded(made_server().streamable_http_app(), KEY)) as address:
        with pytest.raises(UserError) as caught:
            plain.link(ServerSpec("real", url=f"{address}/mcp"), workspace).start()
        plain.close()
    assert caught.value.code in ("mcp.unreachable", "mcp.refused")


def test_a_key_does_not_follow_to_another_address(keyed: Host, workspace: Path) -> None:
    async def ok(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, 404, b"{}")

    stranger = Recorded(ok)
    with serving(stranger, "off") as remote_servers:

        async def moved(scope: Any, receive: Any, send: Any) -> None:
            await answer(send, 307, headers={"location": f"{remote_servers}/mcp"})

        with serving(moved, "off") as address:
            with pytest.raises(UserError):
                keyed.link(ServerSpec("moved", url=f"{address}/mcp"), workspace).start()
            keyed.close()
    assert stranger.seen == []


async def endless(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, *[b" " * 1024 * 1024] * 2000)


async def packed(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, gzip.compress(b" " * 64_000_000), headers={"content-encoding": "gzip"})


async def nonsense(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, b"<html>Welcome!</html>")


async def other_messages(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, b'{"jsonrpc": "2.0", "id": 99, "result": []}')


async def broken(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 500, b"x" * 1000)


@pytest.mark.parametrize("app", [endless, packed, nonsense, other_messages, broken])
def test_what_answers_badly_is_one_sentence(plain: Host, workspace: Path, app: Any) -> None:
    with serving(app, "off") as address:
        link = plain.link(ServerSpec("bad", url=f"{address}/mcp", start_s=5.0), workspace)
        with pytest.raises(UserError) as caught:
            link.start()
        assert caught.value.code in ("mcp.unreachable", "mcp.refused", "mcp.nonsense", "mcp.slow_start")
        assert len(str(caught.value.params.get("detail", ""))) <= 1000
        plain.close()


class Flooding:
    """Answers each call with notifications until it is `enough`."""

    def __init__(self) -> None:
        self._inner = made_server().streamable_http_app()
        self.enough = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", []))
        if headers.get(b"mcp-method") != b"tools/call":
            await self._inner(scope, receive, send)
            return
        shown = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": shown})
        note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}}
        event = f"event: message\ndata: {json.dumps(note)}\n\n".encode()
        with contextlib.suppress(OSError):
            while not self.enough.is_set():
                await send({"type": "http.response.body", "body": event * 100, "more_body": True})


def test_a_flood_of_events_holds_up_no_other_server(plain: Host, workspace: Path) -> None:
    flooding = Flooding()
    with serving(flooding) as address, serving(made_server().streamable_http_app()) as other:
        bad = tools_of(plain, ServerSpec("bad", url=f"{address}/mcp"), workspace)
        good = tools_of(plain, ServerSpec("good", url=f"{other}/mcp"), workspace)
        outcomes: list[str] = []
        stopped = threading.Event()
        here = here_in(workspace, cancelled=stopped.is_set)
        thread = threading.Thread(
            target=lambda: outcomes.append(bad["bad_add"].run({"a": 1, "b": 1}, here).status)
        )
        thread.start()
        try:
            for _ in range(10):
                assert good["good_add"].run({"a": 1, "b": 1}, here_in(workspace)).status == "ok"
        finally:
            stopped.set()
            thread.join()
            flooding.enough.set()
        assert outcomes == ["interrupted"], "it still came while the other one answered"
        plain.close()


def test_where_nobody_listens_is_told_at_once(plain: Host, workspace: Path) -> None:
    link = plain.link(ServerSpec("gone", url="http://127.0.0.1:9/mcp"), workspace)
    with pytest.raises(UserError) as caught:
        link.start()
    assert caught.value.code == "mcp.unreachable"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("javascript:alert(1)", "mcp.bad_url"),
        ("https://user:pass@example.com/", "mcp.bad_url"),
        ("https://exa\u200bmple.com/", "mcp.bad_url"),
        ("http://example.com/mcp", "mcp.plain_http"),
        ("https://[::1", "mcp.bad_url"),
    ],
)
def test_addresses_that_mislead_are_refused(url: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        checked_url(url)
    assert caught.value.code == code
