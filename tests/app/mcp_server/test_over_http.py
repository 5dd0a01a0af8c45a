"""The tools on the local server's port: who comes in, which folders are open, and what ends a call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client, ConnectMode
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from agents.permissions.values import ApprovalRequest, Decision
from app.mcp_server.over_http import OverHttp
from app.server.options import ServerOptions
from app.services.runs.events import RunAsks
from app.services.runs.values import RunSpec
from tests.support.servers.mcp_client import PATIENCE_S, text_of
from tests.support.servers.scripted_mcp import NOTES, SAID, answer, calls
from tests.support.servers.served import Served, request_head
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process
ACCEPT = "application/json, text/event-stream"


@pytest.fixture
def served(coterie_home: Path) -> Iterator[Served]:
    """A server whose process has the window."""
    made = Served(
        coterie_home,
        ServerOptions(port=0, origins=("http://localhost:*",)),
        tools=partial(OverHttp, home=coterie_home, in_window=True, may_load=lambda: True),
    )
    made.engine.answer, made.engine.calls = answer, calls
    made.key = made.add_key("Laptop", ("ask", "tools"))
    yield made
    made.close()


@pytest.fixture
def folder(served: Served, tmp_path: Path) -> Path:
    """One in which a person has worked before."""
    made = tmp_path / "folder"
    made.mkdir()
    run = served.services.runs.start(RunSpec("Nothing", str(made), "starter", "read"), attended=False)
    assert served.services.runs.join(run.id)
    return made


@asynccontextmanager
async def speaking(served: Served, mode: ConnectMode = "legacy", key: str = "") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key or served.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http,
        Client(
            streamable_http_client(f"{served.address}/mcp", http_client=http), mode=mode, cache=None
        ) as client,
    ):
        yield client


def person(served: Served, decision: Decision | None) -> list[ApprovalRequest]:
    asked: list[ApprovalRequest] = []

    def hear(event: RunAsks) -> None:
        if event.request is not None:
            asked.append(event.request)
            if decision is not None:
                served.services.runs.decide(event.run, event.request.call, decision)

    served.services.events.subscribe(RunAsks, hear)
    return asked


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_programs_elsewhere_ask_and_have_tasks_done_by_their_key(
    served: Served, folder: Path, tmp_path: Path, mode: ConnectMode
) -> None:
    asked = person(served, Decision(True))
    (tmp_path / "unknown").mkdir()

    async def speak() -> Any:
        async with speaking(served, mode) as client:
            assert len((await client.list_tools()).tools) == 3
            assert (
                text_of(await client.call_tool("ask_local_model", {"question": "Hi"}))
                == "Hello from the script."
            )
            for closed in (tmp_path / "unknown", tmp_path / "missing", folder / ".."):
                refused = await client.call_tool("run_task", {"task": "x", "folder": str(closed)})
                assert refused.is_error and text_of(refused).startswith("Over the network only folders")
            assert asked == []
            return await client.call_tool("run_task", {"task": "Write a word", "folder": str(folder)})

    result = asyncio.run(speak())
    assert text_of(result).startswith(SAID) and (folder / NOTES).is_file()
    # The key's name is the server's own word, whatever the client calls itself.
    assert [request.server for request in asked if request.kind == "program"] == ["Laptop"]


def post(served: Served, body: Any = None, key: str | None = None, **headers: str) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}} if body is None else body
    return served.ask("/mcp", request, key=key, accept=ACCEPT, content_type="application/json", **headers)


def test_the_guard_and_the_rights_of_a_key_stand_before_it(served: Served) -> None:
    assert post(served).status == 200
    assert post(served, key="").status == 401
    assert post(served, key="ct-wrong").status == 401
    without = served.add_key("Without", ("ask", "load"))
    refused = post(served, key=without)
    assert (refused.status, refused.error["code"]) == (403, "no_right_to_tools")
    assert post(served, origin="https://elsewhere.example").status == 403
    assert post(served, origin="http://localhost:6274").status == 200  # the SDK's own checks say nothing else
    assert post(served, host="rebound.example").status in (400, 403, 421)
    assert served.ask("/mcp", method="GET", accept=ACCEPT).status == 405
    assert served.ask("/mcp", method="DELETE").status == 405
    assert post(served, b"[" * 100_000).status == 400
    unknown = post(served, {"jsonrpc": "2.0", "id": 1, "method": "nothing"})
    assert b"Method not found" in unknown.body
    assert post(served, b" " * (5 * 2**20)).status == 413


def test_who_hangs_up_stops_the_run(served: Served, folder: Path) -> None:
    asked = person(served, None)
    params = {"name": "run_task", "arguments": {"task": "Write a word", "folder": str(folder)}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    head = request_head(
        served, len(body), "Content-Type: application/json", f"Accept: {ACCEPT}", target="/mcp"
    )
    with served.raw() as opened:
        opened.sendall(head + body)
        wait_until(lambda: bool(asked))
    run = served.services.runs.all()[0]
    wait_until(lambda: served.services.runs.get(run.id).state == "stopped")
    assert list(folder.iterdir()) == []


def test_a_key_that_is_revoked_ends_its_call(served: Served, folder: Path) -> None:
    asked = person(served, None)

    async def speak() -> None:
        async with speaking(served) as client:
            call = asyncio.create_task(
                client.call_tool("run_task", {"task": "Write a word", "folder": str(folder)})
            )
            await asyncio.to_thread(wait_until, lambda: bool(asked))
            await asyncio.to_thread(served.server.keys.revoke, "Laptop")
            with pytest.raises(MCPError):
                await call

    asyncio.run(speak())
    run = served.services.runs.all()[0]
    wait_until(lambda: served.services.runs.get(run.id).state == "stopped")


def test_a_server_that_stops_ends_open_calls(served: Served, folder: Path) -> None:
    asked = person(served, None)

    async def speak() -> None:
        async with speaking(served) as client:
            call = asyncio.create_task(
                client.call_tool("run_task", {"task": "Write a word", "folder": str(folder)})
            )
            await asyncio.to_thread(wait_until, lambda: bool(asked))
            await asyncio.to_thread(served.server.stop)
            with pytest.raises(Exception):  # noqa: B017  # however the client says that the connection has ended
                await call

    asyncio.run(speak())
    run = served.services.runs.all()[0]
    assert (run.state, list(folder.iterdir())) == ("stopped", [])
