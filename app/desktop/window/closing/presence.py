"""Whether the windows are there, or the program goes on without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.desktop.background.tray import AtWork, Tray
from app.desktop.base.language import languages
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.service_calls import ServiceCalls
    from app.desktop.server.server_control import ServerControl
    from app.desktop.window.chat_windows.chat_windows import ChatWindows
    from app.desktop.window.system_notices import SystemNotices

LOOK_MS = 1000
# Asking whether there are icons may wait for another program: only while it matters, and seldom.
ASK_MS = 10_000


class Presence(QObject):
    """In the background from the start where the main window is not shown. An icon of the system is there in the
    background, and while the server is on or paused; where the system has no icons, it tells how to come back.

    `open_wanted` and `quit_wanted` are what a person wants of the icon.
    """

    open_wanted = Signal()
    quit_wanted = Signal()

    def __init__(
        self,
        window: QWidget,
        calls: ServiceCalls,
        server: ServerControl,
        windows: ChatWindows,
        notices: SystemNotices,
    ) -> None:
        super().__init__(window)
        self._window, self._calls, self._server = window, calls, server
        self._windows, self._notices = windows, notices
        self.is_away = False
        self.tray: Tray | None = None
        self._has_icons = False
        self._told = False  # how to come back
        # What programs do, and whether the system has icons, comes without an event.
        self._looking, self._asking = QTimer(self, interval=LOOK_MS), QTimer(self, interval=ASK_MS)
        self._looking.timeout.connect(self._show)
        self._asking.timeout.connect(self._ask)
        server.changed.connect(self._look)
        if window.isHidden():
            self.leave(tell=False)

    def leave(self, *, tell: bool = True) -> None:
        """Take the windows out of sight. `tell`: where there is no icon, say how they come back."""
        self.is_away, self._told = True, not tell
        self._windows.step_out()
        self._window.hide()
        self._asking.start()
        self._ask()

    def come_back(self) -> None:
        """The main window is about to be shown."""
        if self.is_away:
            self.is_away = False
            self._asking.stop()
            self._windows.step_in()
            self._look()

    def end(self) -> None:
        """The program ends."""
        self._looking.stop()
        self._asking.stop()
        if self.tray is not None:
            self.tray.icon.hide()

    def tell(self, error: UserError) -> None:
        """Say what went wrong to a person who has no window to read it in."""
        if self.is_away:
            self._notices.say("Coterie", languages.tell(error), self.open_wanted.emit)

    @property
    def _is_wanted(self) -> bool:
        return self.is_away or self._server.is_paused or self._server.state is not None

    def _look(self) -> None:
        """The icon may be wanted now, or no longer."""
        if self._is_wanted == self._looking.isActive():
            self._show()
        elif self._is_wanted:
            self._looking.start()
            self._ask()
        else:
            self._looking.stop()
            self._show()

    def _ask(self) -> None:
        self._has_icons = QSystemTrayIcon.isSystemTrayAvailable()
        self._show()
        if self._has_icons:
            self._told = False  # they may be lost
        elif self.is_away and not self._told:
            self._told = True
            words = self.tr("Coterie is on in the background. To bring its window back, start it again.")
            self._notices.say("Coterie", words, self.open_wanted.emit)

    def _show(self) -> None:
        if self._is_wanted and self._has_icons:
            self._shown_tray().show_work(self._at_work())
        elif self.tray is not None:
            self.tray.icon.hide()

    def _shown_tray(self) -> Tray:
        if self.tray is None:
            tray = self.tray = Tray(self._window)
            tray.open_wanted.connect(self.open_wanted)
            tray.quit_wanted.connect(self.quit_wanted)
            tray.pause_wanted.connect(self._server.pause)
            tray.go_on_wanted.connect(self._server.go_on)
            tray.unload_wanted.connect(self._unload)
            self._notices.use(tray.icon)
        if not self.tray.icon.isVisible():
            self.tray.icon.show()
        return self.tray

    def _unload(self) -> None:
        self._calls.do(lambda s: s.lifecycle.unload(), executor="io", owner=self)

    def _at_work(self) -> AtWork:
        services, state = self._calls.services, self._server.state
        used = None if services is None else services.models.state
        model = used.name if used is not None and used.state == "ready" else ""
        if state is None:
            return AtWork(is_paused=self._server.is_paused, model=model)
        return AtWork(True, False, state.running, state.waiting, state.speed, model)
