"""Stdio transport: a server as a child process, one JSON message a line (MCP 2025-11-25, Transports, stdio).

The SDK's own transport reads lines of any length, adds our environment to the server's and its error output
to ours. This one has caps: a line that is too long or too much nonsense ends the connection, and a server
that floods is read more slowly, so that it holds up nobody but itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from agents.mcp.led_ports import LedPorts
from agents.mcp.log import ServerLog

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

CHUNK = 64 * 1024
LONGEST_LINE = 16 * 1024 * 1024
MOST_NONSENSE = 200  # consecutive lines that are no messages
# Lines of a server's log: nobody here reads them.
_UNHEARD = "notifications/message"
LAST_WORDS_S = 0.5  # for what a server that has ended still has in its pipe
POLL_S = 0.01
END_S = 1.5  # grace period of a server that was told to exit, before it is killed; twice
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
KILLED_S = 3.0  # for the kernel to do so, long only when the machine is very busy
Ended = Callable[[str], None]


class Throttle:
    """Rate limiter of a server's messages.

    A message costs one unit and one more for each 64 KiB of it; `burst` units may come at once, `rate` a
    second after that. A server that tells each step of a long call stays within the burst.
    """

    def __init__(self, burst: float = 25_000.0, rate: float = 500.0) -> None:
        self._burst, self._rate = burst, rate
        self._left, self._at = burst, time.monotonic()

    def pause(self, size: int, now: float | None = None) -> float:
        """Seconds to wait after a message of `size` bytes."""
        now = time.monotonic() if now is None else now
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        self._left -= 1 + size / CHUNK
        return max(0.0, -self._left / self._rate)


class Lines:
    """Cuts bytes into lines. Raises ValueError for a line longer than `longest`."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes."""
        first, *rest = chunk.split(b"\n")
        self._add(first)
        lines: list[bytes] = []
        for part in rest:
            lines.append(b"".join(self._parts))
            self._parts, self._size = [], 0
            self._add(part)
        return lines

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._longest:
            raise ValueError("a line is too long")
        self._parts.append(part)


@asynccontextmanager
async def stdio_transport(
    argv: Sequence[str],
    environment: Mapping[str, str],
    cwd: str,
    log: ServerLog,
    ended: Ended,
    led: LedPorts | None = None,
) -> AsyncIterator[TransportStreams]:
    """Start a server with exactly this environment.

    `ended` is told why the connection is over when it was not us: "ended", "flood" or "nonsense". The server's
    launcher inherits the descriptor of `led`, which ends with it. On leaving the whole process group is gone.

    Raises OSError or ValueError when it cannot be started.
    """
    import anyio

    process = await asyncio.create_subprocess_exec(
        *argv,
        env=dict(environment),
        cwd=cwd,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        pass_fds=(led.inherited,) if led is not None else (),
    )
    if led is not None:
        led.begun()
    to_session, read_stream = anyio.create_memory_object_stream[Any](0)
    write_stream, from_session = anyio.create_memory_object_stream[Any](0)
    faults: list[str] = []
    leaving = False

    def over(why: str) -> None:
        if not leaving:  # else it was us
            faults.append(why)
            ended(why)

    log.begin()
    listening = asyncio.create_task(_listen(process, log))
    tasks = [
        asyncio.create_task(_read(process, to_session, log, over, listening)),
        asyncio.create_task(_write(process, from_session, to_session, listening)),
        listening,
    ]
    try:
        yield read_stream, write_stream
    finally:
        leaving = True
        closing = asyncio.create_task(_close(process, tasks, told=not {"flood", "nonsense"} & {*faults}))
        try:
            await _to_the_end(closing)
        finally:
            for stream in (to_session, read_stream, write_stream, from_session):
                stream.close()
            if led is not None:
                await asyncio.to_thread(led.end)


async def _read(
    process: asyncio.subprocess.Process,
    to_session: Any,
    log: ServerLog,
    ended: Ended,
    listening: asyncio.Task[None],
) -> None:
    import anyio
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter

    assert process.stdout is not None
    lines, throttle, nonsense = Lines(), Throttle(), 0
    why = "ended"
    try:
        while chunk := await process.stdout.read(CHUNK):
            for line in lines.feed(chunk):
                if not line.strip():
                    continue
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except (ValueError, RecursionError):
                    nonsense += 1
                    log.note(line[:200].decode(errors="replace"))
                    if nonsense >= MOST_NONSENSE:
                        why = "nonsense"
                        return
                else:
                    nonsense = 0
                    if getattr(message, "method", "") != _UNHEARD:
                        await to_session.send(SessionMessage(message))
                if pause := throttle.pause(len(line)):
                    await asyncio.sleep(pause)
        # Its last words come over another pipe; whoever it left behind may hold that open.
        await asyncio.wait({listening}, timeout=LAST_WORDS_S)
    except ValueError:
        why = "flood"
    except (anyio.ClosedResourceError, anyio.BrokenResourceError):
        return  # we are closing
    finally:
        to_session.close()
        ended(why)


async def _write(
    process: asyncio.subprocess.Process, from_session: Any, to_session: Any, listening: asyncio.Task[None]
) -> None:
    import anyio

    assert process.stdin is not None
    try:
        async for message in from_session:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode() + b"\n")
            await process.stdin.drain()
    except (OSError, anyio.ClosedResourceError, anyio.BrokenResourceError):
        await asyncio.wait({listening}, timeout=LAST_WORDS_S)
        to_session.close()  # the pipe is closed: fail the requests that wait for an answer


async def _listen(process: asyncio.subprocess.Process, log: ServerLog) -> None:
    """Drain its stderr."""
    assert process.stderr is not None
    while chunk := await process.stderr.read(CHUNK):
        log.feed(chunk)


async def _to_the_end(work: asyncio.Task[None]) -> None:
    """Wait for it, however often whoever waits is canceled: a start that is given up may be, by each who does."""
    canceled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError as error:
            canceled = error
    if canceled is not None:
        raise canceled
    work.result()


async def _close(process: asyncio.subprocess.Process, tasks: list[asyncio.Task[None]], told: bool) -> None:
    """Close its stdin, then terminate, then kill the whole process group. `told` False: kill at once."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        if told and not await _gone(process):
            _signal(process, signal.SIGTERM)
            await _gone(process)
    finally:
        # Its children may outlive it, as those of a wrapper script do.
        _signal(process, _KILL)
        await _gone(process, KILLED_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A child that escaped may hold the pipes; the transport would stay open for it.
        transport = getattr(process, "_transport", None)
        if transport is not None:
            with contextlib.suppress(OSError):
                transport.close()


async def _gone(process: asyncio.subprocess.Process, seconds: float = 0.0) -> bool:
    """Whether it ends in time. `process.wait` would also wait for the pipes, which may have no reader."""
    end = time.monotonic() + (seconds or END_S)
    while process.returncode is None and time.monotonic() < end:
        await asyncio.sleep(POLL_S)
    return process.returncode is not None


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    if sys.platform == "win32":
        return  # no server is started there: it has no sandbox
    with contextlib.suppress(OSError):
        # The leader's pid names the group, even after the leader has gone.
        os.killpg(process.pid, number)
