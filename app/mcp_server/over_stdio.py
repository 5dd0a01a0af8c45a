"""`coterie mcp`: speaks to the program that has started this process, over its streams."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from pathlib import Path
from typing import Any

from app.installation.first_starts import this_start
from app.mcp_server.alone import ElsewhereOrAlone, Opener, open_without_states
from app.mcp_server.callers import Workers
from app.mcp_server.protocol import mcp_server

# For runs to stop, of which a tool may be at work.
_END_S = 10.0
_PIECE = 65_536


def serve(home: Path, opener: Opener = open_without_states) -> None:
    """Serve until the program closes the stream; then what it still waits for is stopped."""
    carrying = ElsewhereOrAlone(home, opener)
    workers = Workers()
    try:
        asyncio.run(_serve(carrying, workers))
    finally:
        workers.join(_END_S)
        carrying.close()


async def _serve(carrying: ElsewhereOrAlone, workers: Workers) -> None:
    from mcp.server.stdio import stdio_server

    server = mcp_server(carrying.carry_out, workers)
    lines: Any = _Lines(_taken_stdin())
    async with stdio_server(stdin=lines) as (incoming, outgoing):
        await asyncio.to_thread(this_start().good)
        await server.run(incoming, outgoing, server.create_initialization_options())


def _taken_stdin() -> int:
    """The descriptor of stdin, which is the null device from now on: no child reads the program's words."""
    taken = os.dup(0)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    return taken


class _Lines:
    """Lines of a descriptor, read on a thread that nobody waits for: the SDK's own would hold up the end of the
    process by a signal until the program writes something."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._loop = descriptor, asyncio.get_running_loop()
        self._read: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=self._pump, name="stdin", daemon=True).start()

    def __aiter__(self) -> _Lines:
        return self

    async def __anext__(self) -> str:
        line = await self._read.get()
        if line is None:
            raise StopAsyncIteration
        return line

    def _pump(self) -> None:
        begun = bytearray()
        with contextlib.suppress(OSError, RuntimeError):  # it is closed, or the loop has ended
            while piece := os.read(self._descriptor, _PIECE):
                *whole, rest = piece.split(b"\n")
                for end in whole:
                    self._tell((begun + end).decode(errors="replace"))
                    begun.clear()
                begun += rest
            self._tell(None)

    def _tell(self, line: str | None) -> None:
        self._loop.call_soon_threadsafe(self._read.put_nowait, line)
