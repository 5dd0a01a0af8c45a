"""The place of tools for other programs on the server: who may use them, and how many calls at once."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.server.http.calls import call_of
from app.server.http.turns import Turns
from app.server.refusal import Refusal

PATH = "/mcp"


class Tools(Protocol):
    """An ASGI application that is open while `run` is awaited."""

    async def run(self) -> None:
        """Serve until it is canceled."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    def close(self) -> None:
        """End what is still at work; blocks, after the loop has ended."""
        ...


class ToolsEndpoint:
    """Lets keys with the right `tools` in, each with its turns. Without a key nobody has the right."""

    def __init__(self, tools: Tools, turns: Turns) -> None:
        self._tools, self._turns = tools, turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(Request(scope))
        key = call.key
        if key is None or "tools" not in key.rights:
            raise Refusal(403, "no_right_to_tools", "This needs a key that may use tools.")
        call.protocol, call.stage = "mcp", "waiting"
        async with self._turns.place(key.name):
            call.stage = "writing"
            await self._tools(scope, receive, send)


def tools_route(tools: Tools, turns: Turns) -> Route:
    return Route(PATH, ToolsEndpoint(tools, turns), methods=["POST"])
