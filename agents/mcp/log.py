"""The last lines of a server's stderr: kept in memory, shown when it fails, written nowhere."""

from __future__ import annotations

import threading
from collections import deque

from engine.errors import UserError
from engine.text import clean_text

LINES = 200
LONGEST_LINE = 2000


class ServerLog:
    """The last lines. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=LINES)
        self._open = b""
        self._since = 0  # lines of the process that runs now, its open one not counted

    def begin(self) -> None:
        """A new process writes from here on: the words of the one before are not its own."""
        with self._lock:
            if self._open.strip():
                self._add(self._open)
            self._open, self._since = b"", 0

    def feed(self, chunk: bytes) -> None:
        """Add bytes; a line that is too long is cut."""
        with self._lock:
            *lines, rest = (self._open + chunk).split(b"\n")
            for line in lines:
                self._add(line)
            if len(rest) > LONGEST_LINE:
                self._add(rest)
                rest = b""
            self._open = rest

    def note(self, text: str) -> None:
        """Add a line that did not come over stderr, whatever line is half-written there."""
        with self._lock:
            self._add(text.encode())

    def tail(self, count: int = LINES) -> tuple[str, ...]:
        with self._lock:
            lines = [*self._lines, self._read(self._open)] if self._open.strip() else list(self._lines)
        return tuple(lines[-count:])

    def last_word(self) -> str:
        """The last line of the latest process that is not blank, for an error message."""
        with self._lock:
            count = self._since + bool(self._open.strip())
        lines = reversed(self.tail(count)) if count else ()
        return next((line.strip()[:300] for line in lines if line.strip()), "")

    def _add(self, line: bytes) -> None:
        self._lines.append(self._read(line))
        self._since += 1

    @staticmethod
    def _read(line: bytes) -> str:
        return clean_text(line[:LONGEST_LINE].decode(errors="replace").rstrip("\r"))


def ended(server: str, log: ServerLog) -> UserError:
    """The error for a server that exited by itself, with its last line if it wrote any."""
    last = log.last_word()
    return (
        UserError("mcp.ended_saying", server=server, detail=last)
        if last
        else UserError("mcp.ended", server=server)
    )
