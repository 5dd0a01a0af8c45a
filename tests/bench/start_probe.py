"""One start, measured from inside: prints JSON {"usable": time, "rss": bytes} when the window can be used.

Usage: python -m tests.bench.start_probe bare|coterie
`usable` is `time.time()` at the first paint of a window that takes keys; the parent knows when it started us.
For Coterie the data is opened behind that, and `rss` is read when it is there; `ready` is that moment.
"""

from __future__ import annotations

import json
import sys
import time

import psutil


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
                usable = time.time()
                QTimer.singleShot(300, lambda: _report(usable, usable))

    window = Window()
    window.setCentralWidget(QPlainTextEdit())
    window.resize(1280, 800)
    window.show()
    application.exec()


def coterie() -> None:
    """The real desktop over its data folder, without loading a model: that is the host's time."""
    from app.desktop import application as desktop_application
    from app.desktop.window.main_window import MainWindow

    usable = 0.0
    real_attach = MainWindow.attach
    real_init = MainWindow.__init__

    def init(self: MainWindow, *args: object) -> None:
        real_init(self, *args)  # type: ignore[arg-type]
        self.first_painted.connect(note)

    def note() -> None:
        nonlocal usable
        usable = time.time()

    def attach(self: MainWindow, services: object) -> None:
        from PySide6.QtCore import QTimer

        real_attach(self, services)  # type: ignore[arg-type]
        services.models.use = lambda *_, **__: None  # type: ignore[attr-defined]
        ready = time.time()
        QTimer.singleShot(300, lambda: _report(usable, ready))

    MainWindow.__init__ = init  # type: ignore[method-assign]
    MainWindow.attach = attach  # type: ignore[method-assign]
    desktop_application.run(sys.argv[:1])


def _report(usable: float, ready: float) -> None:
    from PySide6.QtWidgets import QApplication

    memory = psutil.Process().memory_info().rss
    print(json.dumps({"usable": usable, "ready": ready, "rss": memory}), flush=True)
    QApplication.quit()


if __name__ == "__main__":
    {"bare": bare, "coterie": coterie}[sys.argv[1]]()
