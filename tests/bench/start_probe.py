"""One start, measured from inside: prints JSON of moments, each with the time and the resident memory.

Usage: python -m tests.bench.start_probe bare|coterie
`usable` is the first paint of a window that takes keys; the parent knows when it started us. For Coterie more
comes behind that: `shown` is when the list of chats is painted, `ready` when the data is open and everything works.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def bare() -> None:
    """The least a Qt program can be: a main window with one text field."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit

    application = QApplication(sys.argv[:1])

    class Window(QMainWindow):
        painted = False

        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            if not self.painted:
                self.painted = True
                for moment in MOMENTS:
                    note(moment)
                QTimer.singleShot(0, lambda: report("rest"))

    window = Window()
    window.setCentralWidget(QPlainTextEdit())
    window.resize(1280, 800)
    window.show()
    application.exec()


def coterie() -> None:
    """The real desktop over its data folder, without loading a model: that is the host's time."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    from app.desktop import application as desktop_application
    from app.desktop.window.main_window import MainWindow

    real_attach, real_init, real_show = MainWindow.attach, MainWindow.__init__, MainWindow.show_chats

    class Painted(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and "shown" not in marks:
                QTimer.singleShot(0, lambda: "shown" in marks or note("shown"))
            return False

    def init(self: MainWindow, *args: object) -> None:
        real_init(self, *args)  # type: ignore[arg-type]
        self.first_painted.connect(lambda: note("usable"))

    def show_chats(self: MainWindow, conversations: object) -> None:
        real_show(self, conversations)  # type: ignore[arg-type]
        assert self.sidebar.model.rowCount()
        self.sidebar.list.viewport().installEventFilter(Painted(self))

    def attach(self: MainWindow, services: object) -> None:
        services.models.use = lambda *_, **__: None  # type: ignore[attr-defined]
        real_attach(self, services)  # type: ignore[arg-type]
        note("ready")
        QTimer.singleShot(300, lambda: report("rest"))

    MainWindow.__init__ = init  # type: ignore[method-assign]
    MainWindow.attach = attach  # type: ignore[method-assign]
    MainWindow.show_chats = show_chats  # type: ignore[method-assign]
    desktop_application.run(sys.argv[:1])


MOMENTS = ("usable", "shown", "ready")
marks: dict[str, float] = {}


def note(name: str) -> None:
    """Remember the time and the resident memory (Linux: pages of 4 KiB) of this moment."""
    marks[name] = time.time()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    marks[f"{name}_rss"] = pages * 4096


def report(last: str) -> None:
    from PySide6.QtWidgets import QApplication

    note(last)
    print(json.dumps(marks), flush=True)
    QApplication.quit()


if __name__ == "__main__":
    {"bare": bare, "coterie": coterie}[sys.argv[1]]()
