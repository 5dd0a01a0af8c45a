"""Makes sockets that listen on the sandbox's own loopback, for who holds the other end of a channel: connections to
them are accepted outside, so that a program in here reaches what it is led to, and nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import sys
from typing import Any

assert sys.platform == "linux"

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
BACKLOG = 1024
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


class PortOpener:
    """Answers at `channel`, a socket of packets: `{"port"}` is answered with listening sockets as descriptors and
    `{"port", "error": ""}`, or with what the system says."""

    def __init__(self, channel: int) -> None:
        self._channel: socket.socket | None = socket.socket(fileno=channel)

    @property
    def waited(self) -> list[Any]:
        """What is readable when something is asked; nothing once nobody is there who could."""
        return [self._channel] if self._channel is not None else []

    def answer(self) -> None:
        """Answer one request. Never waits."""
        channel = self._channel
        if channel is None:
            return
        try:
            request = channel.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            request = b""
        if not request:
            channel.close()
            self._channel = None
            return
        with contextlib.suppress(OSError):  # it is gone: told next
            port: Any = None
            try:
                port = json.loads(request)["port"]
                found = listening(int(port))
            except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
                said = json.dumps({"port": port, "error": str(error)[:500]})
                channel.send(said.encode(), socket.MSG_DONTWAIT)
                return
            try:
                said = json.dumps({"port": port, "error": ""})
                fds = [one.fileno() for one in found]
                socket.send_fds(channel, [said.encode()], fds, socket.MSG_DONTWAIT)
            finally:
                for one in found:
                    one.close()


def listening(port: int) -> list[socket.socket]:
    """Sockets that listen at a port of the loopback, by IPv6 too where the system has it. Raises OSError."""
    found: list[socket.socket] = []
    try:
        for family, host in LOOPBACK:
            try:
                listener = socket.socket(family, socket.SOCK_STREAM)
                found.append(listener)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((host, port))
                listener.listen(BACKLOG)
            except OSError as error:
                if family == socket.AF_INET or error.errno not in _NO_IPV6:
                    raise
                if listener in found:
                    found.remove(listener)
                    listener.close()
    except BaseException:
        for one in found:
            one.close()
        raise
    return found
