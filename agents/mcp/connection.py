"""One connection to a tool server, owned by a single task from start to end.

The SDK's client must be left by the task that entered it, so nobody else ever does: `stop` sets an event, and
the owner leaves. Calls run as tasks of their own beside the owner. All methods are coroutines of the one
loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from agents.mcp.definitions import MOST_TOOLS, Definition
from agents.mcp.elicitation import Question, answer_of, in_background, question_of
from agents.mcp.inbound_filter import heard
from agents.mcp.log import ServerLog, ended
from agents.permissions.values import Decision
from engine.errors import UserError

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams
    from mcp.client.client import Client
    from mcp.shared.exceptions import MCPError
    from mcp_types import CallToolResult, ElicitResult

log = logging.getLogger(__name__)
MOST_PAGES = 50
LIST_AGAIN_S = 1.0  # a server that keeps announcing changes is not queried all the time
MOST_ROUNDS = 10
MOST_PAGES_ASKED = 5
LISTEN_AGAIN_S = 5.0  # delay after a stream of changes has ended; doubles each time
LONGEST_LISTEN_AGAIN_S = 300.0
END_S = 1.0
STOP_S = 6.0
Ask = Callable[[Question], Awaitable[Decision | None]]
# Makes a transport, given a callback for its end and who can answer questions now.
Open = Callable[
    [Callable[[str], None], Callable[[], Ask | None]], AbstractAsyncContextManager["TransportStreams"]
]
_asking: ContextVar[Ask | None] = ContextVar("asking", default=None)


class Connection:
    """A connection to a tool server; `opening` makes the transport.

    `on_tools` is told the tools when they are known and when they have changed, `on_end` that the connection
    is over, with what it was when it was an error of its own.
    """

    def __init__(
        self,
        server: str,
        opening: Open,
        log: ServerLog,
        on_tools: Callable[[tuple[Definition, ...]], None],
        on_end: Callable[[UserError | None], None],
    ) -> None:
        self.server = server
        self.log = log
        self.version = ""
        self._opening = opening
        self._on_tools = on_tools
        self._on_end = on_end
        self._stop = asyncio.Event()
        self._changed = asyncio.Event()
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client: Client | None = None
        self._why = ""
        self._error: UserError | None = None
        self._calls: dict[object, Ask] = {}
        self._owner = asyncio.create_task(self._own(), name=f"mcp owner of {server}")

    async def started(self, seconds: float) -> None:
        """Wait until the server is ready. Raises UserError `mcp.*`; the connection has then ended."""
        try:
            await asyncio.wait_for(asyncio.shield(self._started), seconds)
        except TimeoutError:
            await self.stop()
            raise UserError("mcp.slow_start", server=self.server, seconds=seconds) from None

    async def stop(self) -> None:
        """End the connection and wait until it is gone."""
        self._stop.set()
        # Before it has started, the owner waits for the server only.
        done, _ = await asyncio.wait({self._owner}, timeout=STOP_S if self._client else 0.0)
        if not done:
            self._owner.cancel()
            await asyncio.wait({self._owner})

    @property
    def over(self) -> bool:
        return self._stop.is_set() or self._owner.done()

    async def call(
        self, tool: str, arguments: dict[str, Any], ask: Ask, step: Callable[[str], None]
    ) -> CallToolResult:
        """Carry out a call. Raises UserError `mcp.ended`, `mcp.nonsense`, `mcp.refused`."""
        from mcp.shared.exceptions import MCPError

        client = self._client
        if client is None or self.over:
            raise self._over()
        _asking.set(ask)
        key = object()
        self._calls[key] = ask

        async def told(progress: float, total: float | None, message: str | None) -> None:
            step(f"{progress:g}" + (f" of {total:g}" if total else "") + (f": {message}" if message else ""))

        try:
            try:
                return await client.call_tool(tool, arguments, progress_callback=told)
            except MCPError as error:
                # Servers of 2025-11-25 may refuse until a page was visited, and expect a retry.
                if not await self._visited(error, ask):
                    raise
            return await client.call_tool(tool, arguments, progress_callback=told)
        except Exception as error:
            # A failed transport ends the owner with it, which then knows why; who is notified of the end
            # ended can start it again.
            if self._stop.is_set() or _closed(error):
                await asyncio.wait({self._owner}, timeout=END_S)
            raise self._told(error) from error
        finally:
            del self._calls[key]

    async def _visited(self, error: MCPError, ask: Ask) -> bool:
        """Whether the server asked for pages to be visited first, and a person agreed to all of them."""
        from mcp.shared.exceptions import UrlElicitationRequiredError
        from mcp_types import URL_ELICITATION_REQUIRED
        from pydantic import ValidationError

        if error.error.code != URL_ELICITATION_REQUIRED:
            return False
        try:
            wanted = UrlElicitationRequiredError.from_error(error.error).elicitations
        except (ValidationError, KeyError, TypeError):
            return False
        for params in wanted[:MOST_PAGES_ASKED]:
            question = question_of(params)
            decision = await ask(question) if question is not None else None
            if decision is None or not decision.allow:
                return False
        return 0 < len(wanted) <= MOST_PAGES_ASKED

    # The owner task

    async def _own(self) -> None:
        from mcp.client.client import Client
        from mcp_types import Implementation

        try:
            async with Client(
                heard(self._opening(self._ended, self._asker)),
                elicitation_callback=self._elicit,
                message_handler=self._heard,
                client_info=Implementation(name="coterie", version="0.1.0"),
                input_required_max_rounds=MOST_ROUNDS,
                cache=None,
            ) as client:
                self.version = client.protocol_version
                self._on_tools(await self._list(client))
                self._client = client
                log.info("A tool server started, protocol %s", self.version)
                self._started.set_result(None)
                await self._serve(client)
        except asyncio.CancelledError:
            self._fail(ended(self.server, self.log))
            raise
        except BaseException as error:
            self._error = self._told(error)
            self._fail(self._error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._client = None
            self._stop.set()
            log.info("A tool server ended: %s", self._error.code if self._error else "stopped")
            self._on_end(self._error)

    async def _serve(self, client: Client) -> None:
        """Serve until stopped: list the tools again when they have changed."""
        in_background.set(True)
        listening = asyncio.create_task(self._follow(client))
        try:
            while not self._stop.is_set():
                stop, changed = (
                    asyncio.ensure_future(self._stop.wait()),
                    asyncio.ensure_future(self._changed.wait()),
                )
                try:
                    await asyncio.wait({stop, changed}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    stop.cancel()
                    changed.cancel()
                if self._stop.is_set():
                    return
                self._changed.clear()
                with contextlib.suppress(UserError):
                    self._on_tools(await self._list(client))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), LIST_AGAIN_S)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _follow(self, client: Client) -> None:
        """Subscribe to changes; servers of 2026-07-28 announce them to subscribers."""
        from mcp.shared.exceptions import MCPError
        from mcp_types import METHOD_NOT_FOUND

        capability = client.server_capabilities.tools
        if self.version < "2026-07-28" or capability is None or not capability.list_changed:
            return
        pause = LISTEN_AGAIN_S
        while True:
            try:
                async with client.listen(tools_list_changed=True) as events:
                    async for _ in events:
                        self._changed.set()
            except Exception as error:  # whatever ended it: the list below covers what was missed
                if isinstance(error, MCPError) and error.error.code == METHOD_NOT_FOUND:
                    return
            await asyncio.sleep(pause)
            pause = min(LONGEST_LISTEN_AGAIN_S, pause * 2)
            self._changed.set()

    async def _list(self, client: Client) -> tuple[Definition, ...]:
        """All tools of the server, page by page. Raises UserError `mcp.*`."""
        if client.server_capabilities.tools is None:
            return ()
        found: dict[str, Definition] = {}
        cursor: str | None = None
        try:
            for _ in range(MOST_PAGES):
                page = await client.list_tools(cursor=cursor)
                for tool in page.tools[: MOST_TOOLS - len(found)]:
                    hints = tool.annotations
                    found.setdefault(
                        tool.name,
                        Definition(
                            tool.name,
                            tool.description or "",
                            tool.input_schema,
                            tool.title or "",
                            hints.read_only_hint if hints else None,
                            hints.destructive_hint if hints else None,
                            hints.open_world_hint if hints else None,
                        ),
                    )
                cursor = page.next_cursor
                if cursor is None or len(found) >= MOST_TOOLS:
                    break
        except Exception as error:
            raise self._told(error) from error
        return tuple(found.values())

    # Messages the server sends unasked

    async def _heard(self, message: Any) -> None:
        from mcp_types import ToolListChangedNotification

        if isinstance(message, ToolListChangedNotification):
            self._changed.set()

    async def _elicit(self, context: Any, params: Any) -> ElicitResult:
        """Ask the person behind the call that the question came with.

        Older servers do not say which call that is: then the one behind the latest call.
        """
        from mcp_types import ElicitResult

        question = question_of(params)
        ask = self._asker()
        if question is None or ask is None:
            return ElicitResult(action="cancel")
        return answer_of(question, await ask(question))

    def _asker(self) -> Ask | None:
        return _asking.get() or next(reversed(self._calls.values()), None)

    def _ended(self, why: str) -> None:
        """The transport has ended: the process exited, or was abandoned for what it sent."""
        self._why = why
        self._stop.set()

    # Errors

    def _fail(self, error: UserError) -> None:
        if not self._started.done():
            self._started.set_exception(error)
            self._started.exception()  # the caller may be gone

    def _over(self) -> UserError:
        if self._error is not None:
            return self._error
        if self._why == "flood":
            return UserError("mcp.flood", server=self.server)
        if self._why == "nonsense":
            return UserError("mcp.nonsense", server=self.server, detail=self.log.last_word())
        return ended(self.server, self.log)

    def _told(self, error: BaseException) -> UserError:
        """The error in words for a person; the details are the server's."""
        from mcp.client.auth import OAuthFlowError
        from mcp.shared.exceptions import MCPError
        from pydantic import ValidationError

        error = _innermost(error)
        if isinstance(error, UserError):
            return error
        if isinstance(error, MCPError):
            if _closed(error):
                return self._over()
            return UserError(
                "mcp.refused", server=self.server, detail=str(error.error.message)[:1000] or "MCP error"
            )
        if isinstance(error, OAuthFlowError):
            return UserError("mcp.login_failed", server=self.server, detail=_words(error))
        if isinstance(error, ValidationError):
            return UserError("mcp.nonsense", server=self.server, detail=_first_fault(error))
        if isinstance(error, FileNotFoundError | PermissionError):
            return UserError("mcp.no_program", server=self.server, detail=str(error.filename or ""))
        if self._why:
            return self._over()
        if isinstance(error, RuntimeError):  # the SDK's error for a failed negotiation
            return UserError("mcp.nonsense", server=self.server, detail=_words(error))
        return UserError("mcp.unreachable", server=self.server, detail=_words(error))


def _closed(error: BaseException) -> bool:
    from mcp.shared.exceptions import MCPError
    from mcp_types import CONNECTION_CLOSED

    return isinstance(error, MCPError) and error.error.code == CONNECTION_CLOSED


def _innermost(error: BaseException) -> BaseException:
    """The first error within exception groups, which task groups wrap around errors of their tasks."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def _first_fault(error: Any) -> str:
    for fault in error.errors(include_url=False, include_input=False):
        return f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}"[:300]
    return ""


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:300]
