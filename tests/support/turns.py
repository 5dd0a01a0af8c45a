"""Whose turn it is: tests of several workers run side by side, and one alone when it asks for that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":  # where tests run in one process
    import fcntl


class Turns:
    """One worker's side of it. Workers that are given the same folder take turns with each other.

    A test that is to be alone waits at the door until the room is empty, and while it waits nobody else enters.
    A worker that dies leaves by that.
    """

    def __init__(self, folder: Path) -> None:
        self._door, self._room = (
            os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("door", "room")
        )

    @contextmanager
    def taken(self, *, alone: bool) -> Iterator[None]:
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._door)
        os.close(self._room)
