"""One desktop per data folder: the second one asks the first to come to the front, hands over what it was to open,
and ends.

The second one writes one line (`OpenRequest.to_line`) and waits for `HEARD`, so that nothing is lost where the first
one is just ending. The socket is for the same user alone.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from PySide6.QtCore import QLockFile, QObject, QThread, QTimer, Signal

from app.integration.open_request import LONGEST_MESSAGE, OpenRequest

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

HEARD = b"heard\n"
# How long a window that is busy with its start or its end is waited for.
PATIENCE_S = 15.0
PAUSE_MS = 100
# How long another process may take to say what it wants.
SAYING_MS = 5000


class SingleInstance(QObject):
    """Holds the lock of a data folder. `shown` comes when another process asked for this one's window, `asked` with
    the `OpenRequest` where it is to open something."""

    shown = Signal()
    asked = Signal(object)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # The lock belongs to a process, not to a time: one of a process that died is taken over.
        self._lock = QLockFile(str(home / "desktop.lock"))
        self._lock.setStaleLockTime(0)
        # Names of local sockets are short; a path may be long.
        self.name = f"coterie-{crc32(str(home.resolve()).encode()):08x}"
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
        QLocalServer.removeServer(self.name)
        self._server.listen(self.name)

    def begin(
        self, request: OpenRequest, patience: float = PATIENCE_S
    ) -> Literal["first", "told", "unheard"]:
        """Become the one desktop of the folder, or have the other one open this. Blocks for `patience` seconds."""
        until = time.monotonic() + patience
        while not self.acquire():
            if self.tell_other(request, until):
                return "told"
            if time.monotonic() >= until:
                return "unheard"
            QThread.msleep(PAUSE_MS)
        return "first"

    def tell_other(self, request: OpenRequest, until: float) -> bool:
        """Ask the desktop that holds the lock to show its window and open this; whether it heard by `until`."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self.name)
        if not socket.waitForConnected(PAUSE_MS):
            return False
        socket.write(request.to_line())
        connected = QLocalSocket.LocalSocketState.ConnectedState
        # In short pieces: Qt waits with the interpreter's lock held.
        while (
            socket.bytesAvailable() < len(HEARD) and socket.state() == connected and time.monotonic() < until
        ):
            socket.waitForReadyRead(PAUSE_MS)
        return socket.readAll().data() == HEARD

    def release(self) -> None:
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _take_connection(self) -> None:
        while self._server is not None and (connection := self._server.nextPendingConnection()) is not None:
            visit = _Visit(connection, self)
            visit.said.connect(self._take)
            visit.listen()

    def _take(self, request: OpenRequest) -> None:
        self.shown.emit()
        if request != OpenRequest():
            self.asked.emit(request)


class _Visit(QObject):
    """Another process that came to say something: `said` carries its request. One that says too much, too little or
    nothing in time is sent away unheard."""

    said = Signal(object)

    def __init__(self, connection: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._connection = connection
        self._heard = b""
        self._patience = QTimer(self, singleShot=True, interval=SAYING_MS)
        self._patience.timeout.connect(self._send_away)
        self._patience.start()
        connection.disconnected.connect(self._end)
        connection.readyRead.connect(self.listen)

    def listen(self) -> None:
        """Hear what has come; more than a message is not read."""
        room = LONGEST_MESSAGE + 1 - len(self._heard)
        self._heard += self._connection.read(room).data()
        line, end, rest = self._heard.partition(b"\n")
        if not end and len(self._heard) <= LONGEST_MESSAGE:
            return
        request = OpenRequest.from_line(line) if end and not rest else None
        if request is not None:
            self._connection.write(HEARD)
            self._connection.flush()
            self.said.emit(request)
        self._connection.disconnectFromServer()

    def _send_away(self) -> None:
        self._connection.abort()

    def _end(self) -> None:
        self._patience.stop()
        self._connection.deleteLater()
        self.deleteLater()
