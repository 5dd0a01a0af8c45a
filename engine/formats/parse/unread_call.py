"""A call that is not whole yet."""

from __future__ import annotations

from engine.formats.parse.strings import OpenString

# How often it may be read again, in characters per character that arrived.
_PATIENCE = 16
_FREE_WORK = 20_000


class UnreadCall:
    """Holds the end of the reply, which may be long, and says when to join and read it again.

    `arrived` is how long the reply is. `pieces` are those of the call, in order; none where no call waits.
    """

    def __init__(self) -> None:
        self.arrived = 0
        self.pieces: list[str] = []
        self._start = 0  # where in the reply they begin
        self._work = 0
        self._open: OpenString | None = None

    def hold(self, rest: str, open: OpenString | None) -> None:
        """Let the last characters that arrived wait, at least for the end of the string that is `open`."""
        self._start = self.arrived - len(rest)
        self.pieces.append(rest)
        self._open = open

    def goes_on(self, piece: str) -> bool:
        """Whether `piece`, which came next, decides nothing, so that the call need not be read again."""
        if self._open and not self._open.takes(piece):
            self._open = None
        return self._open is not None

    @property
    def is_due(self) -> bool:
        """Whether the text that arrived pays for reading it once more."""
        return self._work + self.arrived - self._start <= _FREE_WORK + _PATIENCE * self.arrived

    def take(self) -> str:
        """All of it, to be read; what is still not whole has to be held again."""
        self._work += self.arrived - self._start
        text = "".join(self.pieces)
        self.pieces.clear()
        return text
