"""`coterie mcp`: speaks to the program that has started this process, over its streams."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.mcp_server.alone import Opener, WindowOrAlone, open_without_states
from app.mcp_server.callers import Workers
from app.mcp_server.protocol import mcp_server

# For runs to stop, of which a tool may be at work.
_END_S = 10.0


def serve(home: Path, opener: Opener = open_without_states) -> None:
    """Serve until the program closes the stream; then what it still waits for is stopped."""
    carrying = WindowOrAlone(home, opener)
    workers = Workers()
    try:
        asyncio.run(_serve(carrying, workers))
    finally:
        workers.join(_END_S)
        carrying.close()


async def _serve(carrying: WindowOrAlone, workers: Workers) -> None:
    from mcp.server.stdio import stdio_server

    server = mcp_server(carrying.carry_out, workers)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
