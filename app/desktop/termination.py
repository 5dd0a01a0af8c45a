"""Signals that end the program: as closing the window does, with nobody asked."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal

# Those that there are on this system. A terminal that is closed sends the last one.
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))


class Termination(QObject):
    """`wanted` comes once, with the first signal; the next one ends the process at once. On the main thread."""

    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Python runs handlers between its own instructions, and Qt waits without any: a byte wakes it up.
        self._woken, self._waking = socket.socketpair()
        self._woken.setblocking(False)
        self._waking.setblocking(False)
        self._notifier = QSocketNotifier(self._woken.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)
        self._fd_before = signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, lambda *_: None) for number in ENDING}

    def close(self) -> None:
        """Leave signals to whoever had them before."""
        self._notifier.setEnabled(False)
        self._give_back()
        self._woken.close()
        self._waking.close()

    def _take(self) -> None:
        if not set(self._woken.recv(64)) & set(ENDING):
            return
        self._notifier.setEnabled(False)
        self._give_back()
        self.wanted.emit()

    def _give_back(self) -> None:
        if self._before:
            signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
