"""The last output of a program that goes on: bounded, and read bit by bit."""

from __future__ import annotations

import threading

MOST = 100_000  # bytes that are kept


class RecentOutput:
    """Thread-safe. `total` counts all bytes that came."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._kept = bytearray()
        self._over = False
        self.total = 0

    def add(self, piece: bytes) -> None:
        with self._changed:
            self._kept += piece
            del self._kept[: -self._most]
            self.total += len(piece)
            self._changed.notify_all()

    def end(self) -> None:
        """There will be no more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def wait(self, since: int, seconds: float) -> bool:
        """Wait until there is more than `since` bytes, or no more comes; False when neither is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._over or self.total > since, seconds)

    def since(self, place: int, most: int = MOST) -> tuple[str, int]:
        """What came after the first `place` bytes, or the last `most` of it, said so; and where it ends."""
        with self._changed:
            wanted = min(self.total - place, most, len(self._kept))
            left_out = self.total - place - wanted
            text = bytes(self._kept[len(self._kept) - wanted :]).decode(errors="replace")
            return (f"[... {left_out} bytes left out ...]\n{text}" if left_out > 0 else text), self.total
