"""Notices that somebody begins to write what a model will be asked: time to load it."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Signal

# While somebody goes on writing, that is told so often.
AGAIN_MS = 20_000


class Writing(QObject):
    """`noticed` comes with the first letters, and from time to time while more follow."""

    noticed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._since = QElapsedTimer()

    def letters(self) -> None:
        """Somebody changed a text that is not empty now."""
        if not self._since.isValid() or self._since.hasExpired(AGAIN_MS):
            self._since.start()
            self.noticed.emit()

    def sent(self) -> None:
        """The text is gone, or another one: the next letters are the first ones again."""
        self._since.invalidate()
