"""The connection to an editor: JSON-RPC, one message a line, on standard input and output."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import threading
from collections.abc import Iterator
from typing import Any

from acp.exceptions import RequestError

log = logging.getLogger(__name__)
# A prompt may have whole files in it.
MOST_BYTES = 64 * 1024**2
_PIECE = 65536


@contextlib.contextmanager
def taken_streams() -> Iterator[tuple[int, int]]:
    """Descriptors of standard input and output, for the protocol alone. Meanwhile whatever this process and its
    children read there is empty, and what they print goes to standard error."""
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        yield reading, writing
    finally:
        os.dup2(reading, 0)
        os.dup2(writing, 1)
        os.close(nothing)


class Streams:
    """A transport of the protocol's package over two descriptors, each with a thread: files, pipes and consoles block
    in their own ways on each system.

    What is no message is answered with an error and never passed on, as the package would end with it.
    """

    def __init__(self, reading: int, writing: int) -> None:
        """To be made on the loop that uses it."""
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._out: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._closed = False
        # A read cannot be ended from here, and a write only by who reads it.
        for work, name in ((self._read, "acp-read"), (self._write, "acp-write")):
            descriptor = reading if work == self._read else writing
            threading.Thread(target=work, args=(descriptor,), name=name, daemon=True).start()

    async def send(self, message: dict[str, Any]) -> None:
        """Wait until it is written. Raises ConnectionError when nobody reads any more."""
        if self._closed:
            raise ConnectionError("closed")
        line = json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"
        written: asyncio.Future[None] = self._loop.create_future()
        self._out.put((line, written))
        await written

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None at the end of the input."""
        while (line := await self._lines.get()) is not None:
            try:
                return message_of(line)
            except RequestError as error:
                log.warning("A line of the editor is no message: %s", error)
                await self.send({"jsonrpc": "2.0", "id": None, "error": error.to_error_obj()})
        return None

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._out.put(None)

    def _read(self, descriptor: int) -> None:
        line, too_long = bytearray(), False
        with contextlib.suppress(OSError, RuntimeError):  # the loop is gone
            while piece := os.read(descriptor, _PIECE):
                *ends, rest = piece.split(b"\n")
                for end in ends:
                    line += end
                    if line.strip():
                        self._loop.call_soon_threadsafe(
                            self._lines.put_nowait, b"" if too_long else bytes(line)
                        )
                    line, too_long = bytearray(), False
                line += rest
                if len(line) > MOST_BYTES:
                    line, too_long = bytearray(b"-"), True
            if line.strip():  # the last one has no end
                self._loop.call_soon_threadsafe(self._lines.put_nowait, b"" if too_long else bytes(line))
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _write(self, descriptor: int) -> None:
        while (item := self._out.get()) is not None:
            line, written = item
            error: OSError | None = None
            try:
                while line:
                    line = line[os.write(descriptor, line) :]
            except OSError as failure:
                error = failure
            try:
                self._loop.call_soon_threadsafe(_settle, written, error)
            except RuntimeError:  # the loop is gone
                return


def _settle(written: asyncio.Future[None], error: OSError | None) -> None:
    if written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(ConnectionError(error.strerror or "closed"))


def message_of(line: bytes) -> dict[str, Any]:
    """A request, a notification or a response. Raises RequestError for anything else; b"" is a line that was too
    long."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise RequestError.parse_error() from None
    if not isinstance(message, dict) or not isinstance(message.get("id"), str | int | float | None):
        raise RequestError.invalid_request()
    is_response = "id" in message and ("result" in message or isinstance(message.get("error"), dict))
    if not (isinstance(message.get("method"), str) or (is_response and "method" not in message)):
        raise RequestError.invalid_request()
    return message
