"""Pairs of sockets that carry to each other whatever is sent to them, many in one thread.

Of the standard library alone: it is used on both sides of a sandbox.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable

_PIECE = 64 * 1024


class End:
    """An end of a pair. `waiting` are bytes to be sent there; `ended`: no more come from there; `mute`: what comes
    from there is thrown away, and its end is that of the pair."""

    def __init__(self, opened: socket.socket, waiting: bytes, *, mute: bool = False) -> None:
        opened.setblocking(False)
        self.socket, self.waiting, self.mute = opened, waiting, mute
        self.other = self
        self.ended = False

    def events(self) -> int:
        reads = selectors.EVENT_READ if not self.ended and (self.mute or not self.other.waiting) else 0
        return reads | (selectors.EVENT_WRITE if self.waiting else 0)


class Pairs:
    """Pairs that are watched by `selector`, with their ends as its data. `closed` is called for each that is over."""

    def __init__(self, selector: selectors.BaseSelector, closed: Callable[[], None] = lambda: None) -> None:
        self._selector, self._closed = selector, closed
        self._ends: dict[int, End] = {}

    @property
    def open(self) -> int:
        return len(self._ends) // 2

    def join(
        self, near: socket.socket, far: socket.socket, to_far: bytes = b"", *, mute: bool = False
    ) -> None:
        """Carry between the two; `to_far` was read already. `mute`: nothing more is taken from `near`."""
        ends = End(near, b"", mute=mute), End(far, to_far)
        ends[0].other, ends[1].other = ends[1], ends[0]
        for end in ends:
            self._watch(end)
        self._ends |= {end.socket.fileno(): end for end in ends}

    def moved(self, end: End, events: int) -> None:
        """Carry what `end` is ready for."""
        if self._ends.get(end.socket.fileno()) is not end:  # its pair was closed just now
            return
        try:
            if events & selectors.EVENT_READ:
                self._read(end)
            if events & selectors.EVENT_WRITE:
                self._send(end)
        except OSError:
            self._close(end)
            return
        if all(one.ended and not one.waiting for one in (end, end.other)) or (end.mute and end.ended):
            self._close(end)
            return
        for one in (end, end.other):
            self._watch(one)

    def close(self) -> None:
        """Close all pairs."""
        while self._ends:
            self._close(next(iter(self._ends.values())))

    def _read(self, end: End) -> None:
        if end.ended or (end.other.waiting and not end.mute):
            return
        try:
            read = end.socket.recv(_PIECE)
        except BlockingIOError:
            return
        end.ended = not read
        if not end.mute:
            end.other.waiting = read
            self._send(end.other)

    def _send(self, end: End) -> None:
        """Send what waits, and that there is no more once there is not."""
        with contextlib.suppress(BlockingIOError):
            if end.waiting:
                end.waiting = end.waiting[end.socket.send(end.waiting) :]
        if end.other.ended and not end.waiting:
            with contextlib.suppress(OSError):
                end.socket.shutdown(socket.SHUT_WR)

    def _watch(self, end: End) -> None:
        watched = end.socket.fileno() in self._selector.get_map()
        events = end.events()
        if watched and events:
            self._selector.modify(end.socket, events, end)
        elif watched:
            self._selector.unregister(end.socket)
        elif events:
            self._selector.register(end.socket, events, end)

    def _close(self, end: End) -> None:
        for one in (end, end.other):
            self._ends.pop(one.socket.fileno(), None)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one.socket)
            one.socket.close()
        self._closed()
