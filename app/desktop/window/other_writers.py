"""Sees what other processes write to the data, and to files of collections, while the window is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls

LOOK_MS = 5_000


class OtherWriters(QObject):
    """Has the services look when `window` comes to the front, and every few seconds while it can be seen."""

    def __init__(self, calls: ServiceCalls, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._window = calls, window
        self._looking = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """The data is open, and what is there now will be shown."""
        self._calls.do(lambda s: s.other_processes.begin(), lambda _: self._timer.start(), owner=self)
        self._window.installEventFilter(self)

    def stop(self) -> None:
        """The data is being closed."""
        self._timer.stop()
        self._window.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self._timer.isActive():
            self._look()
            if self._calls.services is not None:
                self._calls.services.indexing.look_soon()
        return False

    def _look(self) -> None:
        seen = self._window.isVisible() and not self._window.isMinimized()
        if not seen or self._looking or self._calls.services is None:
            return
        self._looking = True
        # A file that cannot be read just now is looked at again.
        self._calls.do(
            lambda s: s.other_processes.look(), self._looked, self._looked, executor="io", owner=self
        )

    def _looked(self, _: object) -> None:
        self._looking = False
