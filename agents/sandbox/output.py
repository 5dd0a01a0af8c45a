"""Reads a program's output to its end while keeping a bounded part of it."""

from __future__ import annotations

import os
import threading
from collections import deque


class KeptOutput:
    """The first and the last bytes written to a pipe, half of `most` each; all of it is read.

    A thread reads until the pipe's end, so that the program never blocks and our memory is bounded.
    """

    def __init__(self, pipe: int, most: int) -> None:
        self._pipe = pipe
        self._head_most = most - most // 2
        self._tail_most = most // 2
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._total = 0
        self._thread = threading.Thread(target=self._read, name="sandbox-output", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._pipe, 1 << 16)
            except OSError:
                return
            if not piece:
                return
            self._total += len(piece)
            room = self._head_most - len(self._head)
            if room > 0:
                self._head += piece[:room]
                piece = piece[room:]
            if piece:
                self._tail.append(piece)
                self._tail_bytes += len(piece)
                while self._tail and self._tail_bytes - len(self._tail[0]) >= self._tail_most:
                    self._tail_bytes -= len(self._tail.popleft())

    def finish(self, seconds: float) -> bool:
        """Wait for the end; False when a process still holds the pipe open by then."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> tuple[str, int]:
        """The text with a line for what is left out of its middle, and the number of bytes left out."""
        tail = b"".join(self._tail)
        tail = tail[max(0, len(tail) - self._tail_most) :]
        left_out = self._total - len(self._head) - len(tail)
        if not left_out:
            return (bytes(self._head) + tail).decode(errors="replace"), 0
        head_text, tail_text = self._head.decode(errors="replace"), tail.decode(errors="replace")
        return f"{head_text}\n[... {left_out} bytes left out ...]\n{tail_text}", left_out
