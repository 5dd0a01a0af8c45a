"""Server-sent events: from bytes to each event's data (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from engine.errors import UserError

# A longer event than this is nobody's answer.
LONGEST = 16 * 1024 * 1024


class EventReader:
    """Feed it bytes, cut anywhere. Raises UserError `remote.garbled` for an event without an end."""

    def __init__(self) -> None:
        self._held = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[str]:
        """The data of the events that are whole now, in order."""
        self._held += piece
        out: list[str] = []
        # A line ends with \n, \r\n or \r; a \r at the end of what came may be half of one.
        *lines, self._held = self._split(self._held)
        for line in lines:
            self._line(line, out)
        self._size += len(piece)
        if self._size > LONGEST:
            raise UserError("remote.garbled", detail="an event without an end")
        if not self._held and not self._data:
            self._size = 0
        return out

    def finish(self) -> list[str]:
        """What is left when the stream ends: many servers leave out the last empty line."""
        out: list[str] = []
        self._line(self._held.rstrip(b"\r"), out)
        self._held = b""
        self._dispatch(out)
        return out

    @staticmethod
    def _split(data: bytes) -> list[bytes]:
        tail = b""
        if data.endswith(b"\r"):
            data, tail = data[:-1], b"\r"
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        lines[-1] += tail
        return lines

    def _line(self, line: bytes, out: list[str]) -> None:
        if not line:
            self._dispatch(out)
        elif line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))

    def _dispatch(self, out: list[str]) -> None:
        if self._data:
            out.append(b"\n".join(self._data).decode("utf-8", "replace"))
            self._data = []
        self._size = 0
