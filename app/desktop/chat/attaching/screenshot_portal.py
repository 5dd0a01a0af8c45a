"""Screenshots by the desktop's portal, which asks a person itself: on Wayland no program sees the screen."""

from __future__ import annotations

from uuid import uuid4

from PySide6.QtCore import SLOT, QObject, QUrl, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

SERVICE, OBJECT = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_DONE, _CANCELLED = 0, 1


class ScreenshotPortal(QObject):
    """`ended` carries the path of the picture, "" where a person cancelled; `refused` comes where there is no such
    portal, or it does not let us. `bus` is that of the session unless another is given."""

    ended = Signal(str)
    refused = Signal()

    def __init__(self, parent: QObject, bus: QDBusConnection | None = None) -> None:
        super().__init__(parent)
        self._bus = QDBusConnection.sessionBus() if bus is None else bus
        self._call: QDBusPendingCallWatcher | None = None

    def ask(self) -> None:
        """Let the desktop have a person choose a picture."""
        token = f"coterie_{uuid4().hex}"
        sender = self._bus.baseService().removeprefix(":").replace(".", "_")
        # Heard before it is asked: the answer may be there before the call comes back.
        self._bus.connect(  # type: ignore[call-overload]
            SERVICE,
            f"{OBJECT}/request/{sender}/{token}",
            "org.freedesktop.portal.Request",
            "Response",
            self,
            SLOT("take_response(uint,QVariantMap)"),
        )
        call = QDBusMessage.createMethodCall(
            SERVICE, OBJECT, "org.freedesktop.portal.Screenshot", "Screenshot"
        )
        call.setArguments(["", {"handle_token": token, "interactive": True}])
        self._call = QDBusPendingCallWatcher(self._bus.asyncCall(call), self)
        self._call.finished.connect(self._asked)

    def _asked(self, call: QDBusPendingCallWatcher) -> None:
        if call.isError():
            self.refused.emit()

    @Slot("uint", "QVariantMap")
    def take_response(self, response: int, results: dict[str, object]) -> None:
        """Tell what the portal answered."""
        path = QUrl(str(results.get("uri", ""))).toLocalFile()
        if response == _CANCELLED:
            self.ended.emit("")
        elif response == _DONE and path:
            self.ended.emit(path)
        else:
            self.refused.emit()
