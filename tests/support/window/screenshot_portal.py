"""Asks for a screenshot on the bus of the session, on which `RESPONSE URI` answers as the portal of a desktop does:
`dbus-run-session -- python -m tests.support.window.screenshot_portal [RESPONSE URI]`. Prints what was told."""

from __future__ import annotations

import sys

from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusObjectPath

from app.desktop.chat.attaching.screenshot_portal import OBJECT, SERVICE, ScreenshotPortal


@ClassInfo({"D-Bus Interface": "org.freedesktop.portal.Request"})
class Request(QObject):
    """What a call is answered by."""

    Response = Signal("uint", "QVariantMap")


@ClassInfo({"D-Bus Interface": "org.freedesktop.portal.Screenshot"})
class Portal(QObject):
    """Answers with `response` and `uri`."""

    def __init__(self, asker: str, response: int, uri: str) -> None:
        super().__init__()
        self._asker, self._answer, self._request = asker, (response, {"uri": uri}), Request()
        self._bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "portal")
        self._bus.registerObject(OBJECT, self, QDBusConnection.RegisterOption.ExportAllSlots)
        self._bus.registerService(SERVICE)

    @Slot(str, "QVariantMap", result=QDBusObjectPath)
    def Screenshot(self, window: str, options: dict[str, object]) -> QDBusObjectPath:
        """Answer soon."""
        assert options["interactive"] is True
        path = f"{OBJECT}/request/{self._asker}/{options['handle_token']}"
        self._bus.registerObject(path, self._request, QDBusConnection.RegisterOption.ExportAllSignals)
        QTimer.singleShot(0, self, lambda: self._request.Response.emit(*self._answer))
        return QDBusObjectPath(path)


def main() -> None:
    application = QCoreApplication([])
    asker = QDBusConnection.sessionBus().baseService().removeprefix(":").replace(".", "_")
    portal = Portal(asker, int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else None
    asked = ScreenshotPortal(application)
    told: list[str] = []
    asked.ended.connect(lambda path: told.append(f"ended {path}"))
    asked.refused.connect(lambda: told.append("refused"))
    for done in (asked.ended, asked.refused):
        done.connect(application.quit)
    asked.ask()
    application.exec()
    print(*told)
    del portal


if __name__ == "__main__":
    main()
