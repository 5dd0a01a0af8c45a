"""Notifications of the system: by the tray where there is one, else by the desktop's portal. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

PORTAL, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
INTERFACE = "org.freedesktop.portal.Notification"
# So long the tray keeps an icon that is there for its message alone.
TRAY_MS = 20_000


def session_bus() -> QDBusConnection | None:
    """The desktop's bus; None on systems that have none."""
    try:
        from PySide6.QtDBus import QDBusConnection
    except ImportError:
        return None
    bus = QDBusConnection.sessionBus()
    return bus if bus.isConnected() else None


class SystemNotices(QObject):
    """Says something in words of the system; a click on it calls what it was given. A newer one takes the place of
    the older."""

    def __init__(self, parent: QObject, bus: Callable[[], QDBusConnection | None] = session_bus) -> None:
        super().__init__(parent)
        self._find_bus = bus
        self._bus: QDBusConnection | None = None
        self._act: Callable[[], None] | None = None
        self._tray: QSystemTrayIcon | None = None
        self._standing: QSystemTrayIcon | None = None
        self._hiding = QTimer(self, singleShot=True, interval=TRAY_MS)

    def use(self, icon: QSystemTrayIcon) -> None:
        """While this icon is shown, it is the one that says things."""
        self._standing = icon
        icon.messageClicked.connect(self._clicked)

    def say(self, title: str, words: str, act: Callable[[], None]) -> None:
        self._act = act
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._show_in_tray(title, words)
        else:
            self._send_to_portal(title, words)

    def _show_in_tray(self, title: str, words: str) -> None:
        if self._standing is not None and self._standing.isVisible():
            self._standing.showMessage(title, words, QApplication.windowIcon())
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(QApplication.windowIcon(), self)
            self._tray.setToolTip("Coterie")
            self._tray.messageClicked.connect(self._clicked)
            self._tray.activated.connect(self._clicked)
            self._hiding.timeout.connect(self._tray.hide)
        self._tray.show()
        self._tray.showMessage(title, words, QApplication.windowIcon())
        self._hiding.start()

    def _send_to_portal(self, title: str, words: str) -> None:
        if self._bus is None:
            self._bus = self._find_bus()
            if self._bus is None:
                return
            # PySide takes the text of SLOT, which its annotations do not know.
            slot: Any = SLOT("invoked(QString,QString,QVariantList)")
            self._bus.connect(PORTAL, PATH, INTERFACE, "ActionInvoked", self, slot)
        from PySide6.QtDBus import QDBusMessage

        message = QDBusMessage.createMethodCall(PORTAL, PATH, INTERFACE, "AddNotification")
        message.setArguments(["coterie", {"title": title, "body": words, "default-action": "show"}])
        self._bus.asyncCall(message)

    @Slot(str, str, list)
    def invoked(self, name: str, action: str, _: list[Any]) -> None:
        """A person clicked a notification."""
        if (name, action) == ("coterie", "show"):
            self._clicked()

    def _clicked(self) -> None:
        act, self._act = self._act, None
        if self._tray is not None:
            self._tray.hide()
        if act is not None:
            act()
