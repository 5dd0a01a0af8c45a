"""One desktop per data folder: the second one asks the first to come to the front, and ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from PySide6.QtCore import QLockFile, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

ANSWER_MS = 1000


class SingleInstance(QObject):
    """Holds the lock of a data folder. `shown` comes when another process asked for this one's window."""

    shown = Signal()

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # The lock belongs to a process, not to a time: one of a process that died is taken over.
        self._lock = QLockFile(str(home / "desktop.lock"))
        self._lock.setStaleLockTime(0)
        # Names of local sockets are short; a path may be long.
        self._name = f"coterie-{crc32(str(home.resolve()).encode()):08x}"
        self._server: QLocalServer | None = None

    def acquire(self) -> bool:
        """Become the one desktop of the folder; False when another living process is that already.

        A folder that cannot be written to cannot hold a lock: opening the store will say so.
        """
        return self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError

    def listen(self) -> None:
        """Hear of others from now on; after the first paint, for it brings the network module."""
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take_connection)
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)

    def ask_other(self) -> bool:
        """Ask the desktop that holds the lock to show its window; whether it heard."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(ANSWER_MS):
            return False
        socket.disconnectFromServer()
        return True

    def release(self) -> None:
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _take_connection(self) -> None:
        # Who connects wants to see the window: there is nothing else to ask for.
        while self._server is not None and (connection := self._server.nextPendingConnection()) is not None:
            connection.abort()
            connection.deleteLater()
            self.shown.emit()
