"""The tools on the local server's port: streamable HTTP, each request by itself, for keys that may use tools."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.mcp_server.callers import Workers
from app.mcp_server.calls import Call, Caller, Done
from app.mcp_server.door import WINDOW, carried_out_elsewhere
from app.mcp_server.tool_work import ToolWork
from app.mcp_server.tools import RUN_TASK
from app.services.services import Services
from app.store.records import ServerKey

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

_END_S = 10.0
Message = MutableMapping[str, Any]


class OverHttp:
    """Implements `app.server.tools.Tools`. `in_window`: the process of the server has the window; else tasks go to
    the one that has it."""

    def __init__(
        self, services: Services, home: Path, *, in_window: bool, may_load: Callable[[], bool]
    ) -> None:
        self._home, self._in_window = home, in_window
        self._make = partial(ToolWork, services, in_window=in_window, may_load=may_load)
        self._work: ToolWork | None = None
        self._workers = Workers()
        self._wanted, self._ready = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Serve until it is canceled. The SDK is imported for the first request: it takes a second."""
        await self._wanted.wait()
        self._manager = await asyncio.to_thread(self._made)
        async with self._manager.run():
            self._ready.set()
            await asyncio.Event().wait()

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from app.mcp_server.protocol import mcp_server

        self._work = self._make()
        server = mcp_server(self._carry_out, self._workers, _key_of)
        # The server's guard has looked at Host and Origin before.
        return StreamableHTTPSessionManager(server, stateless=True)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._wanted.set()
        await self._ready.wait()
        await self._manager.handle_request(scope, receive, send)

    def close(self) -> None:
        """The loop has ended, and with it all who waited."""
        self._workers.join(_END_S)
        if self._work is not None:
            self._work.close()

    def _carry_out(self, call: Call, caller: Caller) -> Done:
        if call.tool == RUN_TASK and not self._in_window:
            done = carried_out_elsewhere(self._home, call, caller, (WINDOW,))
            if done is not None:
                return done
        assert self._work is not None
        return self._work.carry_out(call, caller)


def _key_of(context: ServerRequestContext[Any, Any]) -> ServerKey | None:
    from app.server.http.calls import call_of

    assert context.request is not None
    return call_of(context.request).key
