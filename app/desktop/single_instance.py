"""One desktop per data folder: the second one asks the first to come to the front, and ends."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

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
        self._name = "coterie-" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take_connection)

    def acquire(self) -> bool:
        """Become the one desktop of the folder; False when another living process is that already.

        A folder that cannot be written to cannot hold a lock: opening the store will say so.
        """
        if not self._lock.tryLock(0) and self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def ask_other(self) -> bool:
        """Ask the desktop that holds the lock to show its window; whether it heard."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(ANSWER_MS):
            return False
        socket.disconnectFromServer()
        return True

    def release(self) -> None:
        self._server.close()
        self._lock.unlock()

    def _take_connection(self) -> None:
        # Who connects wants to see the window: there is nothing else to ask for.
        while (connection := self._server.nextPendingConnection()) is not None:
            connection.abort()
            connection.deleteLater()
            self.shown.emit()
