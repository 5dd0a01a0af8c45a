"""Passes the body of a request on: exactly that, and nothing behind it."""

from __future__ import annotations

import re
import socket

_PIECE = 64 * 1024
_LONGEST_LINE = 4096


def pass_body(client: socket.socket, far: socket.socket, length: int, begun: bytes) -> None:
    """Send `length` bytes, or with -1 the chunks until the last; `begun` was read already. Raises OSError where they
    do not come, or come otherwise."""
    body = _Body(client, begun)
    if length >= 0:
        body.pass_on(far, length)
        return
    while size := _size(body.line()):
        far.sendall(b"%x\r\n" % size)
        body.pass_on(far, size)
        far.sendall(b"\r\n")
        if body.line():
            raise OSError("a chunk is longer than it says")
    while body.line():  # fields behind the chunks, which few know
        pass
    far.sendall(b"0\r\n\r\n")


def _size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9a-fA-F]{1,12}", digits):
        raise OSError("the size of a chunk cannot be read")
    return int(digits, 16)


class _Body:
    def __init__(self, client: socket.socket, begun: bytes) -> None:
        self._client, self._begun = client, begun

    def line(self) -> bytes:
        """The next line, without its end."""
        while b"\r\n" not in self._begun:
            if len(self._begun) > _LONGEST_LINE:
                raise OSError("a line is too long")
            self._begun += self._more()
        line, _, self._begun = self._begun.partition(b"\r\n")
        return line

    def pass_on(self, far: socket.socket, left: int) -> None:
        while left:
            self._begun = self._begun or self._more()
            piece, self._begun = self._begun[:left], self._begun[left:]
            far.sendall(piece)
            left -= len(piece)

    def _more(self) -> bytes:
        piece = self._client.recv(_PIECE)
        if not piece:
            raise OSError("it ends too early")
        return piece
