"""Filters messages of a server before the SDK sees them.

The SDK checks structured results against the schema that the server gave for them, patterns included.
Searching one of those may take for ever, on the loop that all servers share, and nobody here relies on the
outcome: the results are text for a model. So the schemas of results are left out of the lists of tools.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams


@asynccontextmanager
async def heard(transport: AbstractAsyncContextManager[TransportStreams]) -> AsyncIterator[TransportStreams]:
    """The transport with output schemas removed."""
    async with transport as (read, write):
        yield Heard(read), write


class Heard:
    """A stream of messages as the SDK reads it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    @property
    def last_context(self) -> Any:
        """The context of the message's sender, in which the SDK continues."""
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> Any:
        return _without(await self._inner.receive())

    async def aclose(self) -> None:
        await self._inner.aclose()

    def __aiter__(self) -> Heard:
        return self

    async def __anext__(self) -> Any:
        return _without(await self._inner.__anext__())

    async def __aenter__(self) -> Heard:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _without(item: Any) -> Any:
    result = getattr(getattr(item, "message", None), "result", None)
    tools = result.get("tools") if isinstance(result, dict) else None
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict):
            tool.pop("outputSchema", None)
    return item
