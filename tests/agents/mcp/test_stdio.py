"""A server as a child process: when its connection ends, so does all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import psutil
import pytest

from agents.mcp import stdio
from agents.mcp.log import ServerLog

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="no server is started there"),
]

# Neither it nor its child ends when it is told to; both write their process ids.
DEAF = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
with open(sys.argv[1], "a") as told:
    print(os.getpid(), file=told, flush=True)
time.sleep(600)
"""


async def _started(told: Path, owner: asyncio.Task[None]) -> list[psutil.Process]:
    """Both processes, once they cannot be told to end any more."""
    while not told.exists() or len(told.read_text().split()) < 2:
        assert not owner.done(), owner
        await asyncio.sleep(0.01)
    return [psutil.Process(int(pid)) for pid in told.read_text().split()]


@pytest.mark.parametrize("cancels", [0, 1, 3])
def test_whoever_was_started_is_gone_however_often_the_end_is_canceled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cancels: int
) -> None:
    monkeypatch.setattr(stdio, "END_S", 0.3)
    told = tmp_path / "told"

    async def connected(leave: asyncio.Event) -> None:
        argv = (sys.executable, "-c", DEAF, str(told))
        transport = stdio.stdio_transport(argv, dict(os.environ), str(tmp_path), ServerLog(), lambda _: None)
        async with transport:
            await leave.wait()

    async def ended() -> tuple[list[psutil.Process], bool]:
        leave = asyncio.Event()
        owner = asyncio.create_task(connected(leave))
        started = await _started(told, owner)
        leave.set()
        for _ in range(cancels):
            await asyncio.sleep(0.02)
            owner.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await owner
        return started, owner.cancelled()

    started, was_canceled = asyncio.run(ended())
    _, left = psutil.wait_procs(started, 0)
    for process in left:
        process.kill()
    assert [process.status() for process in left if process.status() != psutil.STATUS_ZOMBIE] == []
    assert was_canceled is (cancels > 0)
