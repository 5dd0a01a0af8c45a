"""Relay between the sandbox's own loopback and the socket of the proxy outside: programs know proxies by address and
port, and the one way out of a sandbox without a network is a file.

It carries bytes and decides nothing: what may be reached is decided outside, where no program gets at it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
from typing import NoReturn

from agents.sandbox.inside.pairs import End, Pairs

assert sys.platform == "linux"

from agents.sandbox.inside.port_opener import listening

PORT = 41128
_MOST = 128  # connections at once; others wait to be accepted
_AGAIN = 0.05  # seconds until a proxy that has no room is tried again


def start(path: str) -> int:
    """Listen on PORT of this network's loopback, and carry in a process of its own, which is returned. Raises
    OSError."""
    listeners = listening(PORT)
    pid = os.fork()
    if not pid:
        _carry(listeners, path)
    for listener in listeners:
        listener.close()
    return pid


def _carry(listeners: list[socket.socket], path: str) -> NoReturn:
    """The process of the relay: it keeps nothing of the launcher's, whose streams must come to their end."""
    with contextlib.suppress(BaseException):
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        kept = {listener.fileno() for listener in listeners}
        for number in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208
            if number > 2 and number not in kept:
                with contextlib.suppress(OSError):
                    os.close(number)
        _Relay(listeners, path).carry()
    os._exit(0)


class _Relay:
    def __init__(self, listeners: list[socket.socket], path: str) -> None:
        self._listeners, self._path = listeners, path
        self._selector = selectors.DefaultSelector()
        self._pairs = Pairs(self._selector)
        self._accepted: list[socket.socket] = []  # those that the proxy has no room for yet
        self._listens = False

    def carry(self) -> NoReturn:
        while True:
            self._listen(self._pairs.open < _MOST and not self._accepted)
            for key, events in self._selector.select(_AGAIN if self._accepted else None):
                if isinstance(key.data, End):
                    self._pairs.moved(key.data, events)
                else:
                    self._accept(key.data)
            waiting, self._accepted = self._accepted, []
            for accepted in waiting:
                self._joined(accepted)

    def _listen(self, wanted: bool) -> None:
        if wanted == self._listens:
            return
        self._listens = wanted
        for listener in self._listeners:
            listener.setblocking(False)
            if wanted:
                self._selector.register(listener, selectors.EVENT_READ, listener)
            else:
                self._selector.unregister(listener)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it has gone already, or there are too many files
            self._joined(listener.accept()[0])

    def _joined(self, accepted: socket.socket) -> None:
        """Connect to the proxy; tried again later where it has no room, and given up where it is gone."""
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        opened.setblocking(False)
        try:
            opened.connect(self._path)
        except BlockingIOError:
            opened.close()
            self._accepted.append(accepted)
        except OSError:
            opened.close()
            accepted.close()
        else:
            self._pairs.join(accepted, opened)
