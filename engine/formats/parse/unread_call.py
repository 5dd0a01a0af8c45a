"""A call that is not whole yet."""

from __future__ import annotations

# How often it may be read again, in characters per character that arrived.
_PATIENCE = 16
_FREE_WORK = 20_000


class UnreadCall:
    """Holds the pieces of a call, which may be long, and says when to join and read them again."""

    def __init__(self) -> None:
        self.arrived = 0  # characters of the reply so far
        self._work = 0
        self._pieces: list[str] = []
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._size += len(piece)

    @property
    def is_due(self) -> bool:
        """Whether the text that arrived pays for reading it once more."""
        return self._work + self._size <= _FREE_WORK + _PATIENCE * self.arrived

    def take(self) -> str:
        """All of it, to be read; what is still not whole is to be added again."""
        self._work += self._size
        text, self._pieces, self._size = "".join(self._pieces), [], 0
        return text
