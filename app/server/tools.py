"""The place of tools for other programs on the server: who may use them, and how many calls at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.server.http.calls import call_of
from app.server.http.turns import Turns
from app.server.refusal import Refusal
from app.store.records import ServerKey

PATH = "/mcp"
_LOOK_S = 1.0
Valid = Callable[[ServerKey], Awaitable[bool]]


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
    """Lets keys with the right `tools` in, each with its turns, as long as they are `valid`. Without a key nobody has
    the right."""

    def __init__(self, tools: Tools, turns: Turns, valid: Valid) -> None:
        self._tools, self._turns, self._valid = tools, turns, valid

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(Request(scope))
        key = call.key
        if key is None or "tools" not in key.rights:
            raise Refusal(403, "no_right_to_tools", "This needs a key that may use tools.")
        call.protocol, call.stage = "mcp", "waiting"
        async with self._turns.place(key.name):
            call.stage = "writing"
            await self._while_valid(key, asyncio.create_task(_awaited(self._tools(scope, receive, send))))

    async def _while_valid(self, key: ServerKey, work: asyncio.Task[None]) -> None:
        """Raises Refusal 401 once the key is revoked or has expired, which ends the call."""
        is_valid = True
        try:
            while not (await asyncio.wait({work}, timeout=_LOOK_S))[0]:
                with contextlib.suppress(Refusal):  # the store is busy: the next look asks again
                    is_valid = await self._valid(key)
                if not is_valid:
                    raise Refusal(401, "invalid_api_key", "This key was revoked.")
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
        await work


async def _awaited(work: Awaitable[None]) -> None:
    await work


def tools_route(tools: Tools, turns: Turns, valid: Valid) -> Route:
    """`valid` tells whether a key that was recognized still is one; it may wait for the disk."""
    return Route(PATH, ToolsEndpoint(tools, turns, valid), methods=["POST"])
