"""Carries the bytes of all open connections of a proxy, in one thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

from agents.sandbox.inside.pairs import End, Pairs


class Carrier:
    """`closed` is called on its thread for each connection that is over."""

    def __init__(self, closed: Callable[[], None]) -> None:
        self._closed = closed
        self._selector = selectors.DefaultSelector()
        self._pairs = Pairs(self._selector, closed)
        self._lock = threading.Lock()
        self._new: list[tuple[socket.socket, socket.socket, bytes, bool]] = []
        self._over = False
        self._wake, self._woken = socket.socketpair()
        for one in (self._wake, self._woken):
            one.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._carry, name="proxy-carrier", daemon=True)
        self._thread.start()

    def join(
        self, near: socket.socket, far: socket.socket, to_far: bytes = b"", *, mute: bool = False
    ) -> None:
        """Take the two over: see `Pairs.join`."""
        with self._lock:
            if not self._over:
                self._new.append((near, far, to_far, mute))
                self._wake_up()
                return
        for one in (near, far):
            one.close()
        self._closed()

    def close(self) -> None:
        with self._lock:
            self._over = True
            self._wake_up()
        self._thread.join()

    def _wake_up(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.send(b".")

    def _carry(self) -> None:
        while True:
            with self._lock:
                new, self._new, over = self._new, [], self._over
            for near, far, to_far, mute in new:
                try:
                    self._pairs.join(near, far, to_far, mute=mute)
                except (OSError, ValueError):  # too many files
                    near.close()
                    far.close()
                    self._closed()
            if over:
                break
            for key, events in self._selector.select():
                if isinstance(key.data, End):
                    self._pairs.moved(key.data, events)
                else:
                    with contextlib.suppress(BlockingIOError):
                        self._woken.recv(4096)
        self._pairs.close()
        self._selector.close()
        self._wake.close()
        self._woken.close()
