"""Reads the name of the server from the first message of a TLS client. Pure.

RFC 8446, sections 4.1.2 and 5.1; RFC 6066, section 3. A message may come in several records.
"""

from __future__ import annotations

MOST = 64 * 1024
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME = 22, 1, 0


class Incomplete(Exception):
    """More bytes are needed."""


def server_name(begun: bytes) -> str:
    """The name that a client asks for with its first bytes, "" when it asks for none.

    Raises Incomplete, and ValueError for what is no TLS.
    """
    body = _Bytes(_message(begun))
    body.take(2 + 32)
    body.vector(1)  # session
    body.vector(2)  # cipher suites
    body.vector(1)  # compression
    if not body.left:
        return ""
    extensions = _Bytes(body.vector(2))
    names = []
    while extensions.left:
        kind, content = extensions.number(2), extensions.vector(2)
        if kind == _SERVER_NAME:
            listed = _Bytes(_Bytes(content).vector(2))
            while listed.left:
                listed.number(1)
                names.append(listed.vector(2))
    if len(names) > 1:
        raise ValueError("several names")
    return names[0].decode("ascii") if names else ""


def _message(begun: bytes) -> bytes:
    """The body of the client's hello, put together from its records."""
    message, place = b"", 0
    while True:
        if begun[place : place + 1] not in (b"", bytes([_HANDSHAKE])):
            raise ValueError("no handshake")
        if begun[place + 1 : place + 2] not in (b"", b"\3"):
            raise ValueError("no version of TLS")
        if len(begun) < place + 5:
            raise Incomplete
        size = int.from_bytes(begun[place + 3 : place + 5])
        message += begun[place + 5 : place + 5 + size]
        if message and message[0] != _CLIENT_HELLO:
            raise ValueError("no hello of a client")
        whole = 4 + int.from_bytes(message[1:4]) if len(message) >= 4 else 4
        if whole > MOST or not size:
            raise ValueError("too long, or empty")
        if len(message) >= whole and len(message) >= 4:
            return message[4:whole]
        place += 5 + size


class _Bytes:
    """What is left to be read of a message; ValueError where it ends too early."""

    def __init__(self, left: bytes) -> None:
        self.left = left

    def take(self, count: int) -> bytes:
        if len(self.left) < count:
            raise ValueError("it ends within a field")
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))
