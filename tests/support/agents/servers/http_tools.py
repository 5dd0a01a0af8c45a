"""A server of tools of the SDK's own making, over streamable HTTP on loopback, and one that answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Elicit, ElicitationResult, Resolve
from pydantic import BaseModel, Field

App = Callable[[Any, Any, Any], Awaitable[None]]


class Booking(BaseModel):
    """What the server asks for in the middle of a call."""

    name: str = Field(description="Your name")
    seats: int = Field(default=2, ge=1, le=9)
    window: bool = Field(default=True)


async def asked() -> Elicit[Booking]:
    return Elicit("For whom?", Booking)


def made_server() -> MCPServer:
    server = MCPServer("real")

    @server.tool()
    def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return a + b

    @server.tool()
    async def book(answer: Annotated[ElicitationResult[Booking], Resolve(asked)]) -> str:
        """Books seats."""
        return f"{answer.action} {getattr(answer, 'data', None)!r}"

    @server.tool()
    async def grow(context: Context) -> str:
        """Has one more tool from now on, and says so in both ways that there are."""
        server.add_tool(lambda: "grown", name="grown", description="New.")
        await context.notify_tools_changed()
        await context.session.send_tool_list_changed()
        return "grown"

    @server.tool()
    async def count(context: Context) -> str:
        """Tells how far it is."""
        for step in (1, 2, 3):
            await context.report_progress(step, 3, f"part {step}")
        return "counted"

    return server


class Recorded:
    """An application around another that keeps the headers of each request, and refuses those without the key.
    `legacy`: it knows nothing of 2026-07-28."""

    def __init__(self, inner: App, key: str = "", legacy: bool = False) -> None:
        self._inner, self._key, self._legacy = inner, key, legacy
        self.seen: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self.seen.append(headers)
            if self._key and headers.get("authorization") != self._key:
                await answer(send, 401, b"no entry")
                return
            if self._legacy and headers.get("mcp-method") == "server/discover":
                await answer(send, 404, b"")
                return
        await self._inner(scope, receive, send)


async def answer(send: Any, status: int, *chunks: bytes, headers: dict[str, str] | None = None) -> None:
    """Send a whole HTTP answer, chunk by chunk."""
    fields = {"content-type": "application/json"} | (headers or {})
    shown = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": shown})
    for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(app: App, lifespan: str = "on") -> Iterator[str]:
    """The address of an application while it is served."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan=lifespan, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
