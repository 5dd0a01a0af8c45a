"""Pictures of a region of the screen: by the tool of the system where it has one, else in our own chooser."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from app.desktop.chat.attaching.region_chooser import RegionChooser

# A desktop may fade out the window, which is not to be in the picture.
HIDDEN_MS = 300


class Screenshot(QObject):
    """One at a time. `taken` carries a QImage, `written` the path of a file with the picture and whether it is ours
    to remove; `refused` comes where the system does not let us. A person who cancels hears nothing."""

    taken = Signal(QImage)
    written = Signal(str, bool)
    refused = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._choosers: list[RegionChooser] = []
        self._hidden: QWidget | None = None
        self._is_busy = False

    def begin(self, window: QWidget) -> None:
        """Let a person choose a region; `window` is out of sight meanwhile."""
        if self._is_busy:
            return
        self._is_busy = True
        if QGuiApplication.platformName().startswith("wayland"):
            self._ask_portal()
        elif sys.platform == "darwin":
            self._run_tool()
        else:
            self._hidden = window
            window.hide()
            QTimer.singleShot(HIDDEN_MS, self, self._choose)

    # Our own chooser

    def _choose(self) -> None:
        """Show each screen as it is now."""
        pictures = [(screen, screen.grabWindow(0)) for screen in QGuiApplication.screens()]
        if any(picture.isNull() for _, picture in pictures):
            self._end()
            self.refused.emit()
            return
        for screen, picture in pictures:
            chooser = RegionChooser(screen, picture)
            chooser.taken.connect(self._take)
            chooser.cancelled.connect(self._end)
            chooser.showFullScreen()
            self._choosers.append(chooser)
        self._choosers[0].activateWindow()

    def _take(self, picture: QImage) -> None:
        self._end()
        self.taken.emit(picture)

    def _end(self) -> None:
        """Back to the window as it was."""
        choosers, self._choosers = self._choosers, []
        for chooser in choosers:
            chooser.hide()
            chooser.deleteLater()
        window, self._hidden = self._hidden, None
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()
        self._is_busy = False

    # The system's tools

    def _run_tool(self) -> None:
        with tempfile.NamedTemporaryFile(prefix="coterie-", suffix=".png", delete=False) as file:
            path = Path(file.name)
        tool = QProcess(self)
        tool.finished.connect(lambda: self._tool_ended(tool, path))
        tool.errorOccurred.connect(lambda _: self._tool_ended(tool, path))
        tool.start("/usr/sbin/screencapture", ["-i", "-x", str(path)])

    def _tool_ended(self, tool: QProcess, path: Path) -> None:
        tool.deleteLater()
        self._is_busy = False
        if path.stat().st_size:
            self.written.emit(str(path), True)
        else:
            path.unlink()

    def _ask_portal(self) -> None:
        from app.desktop.chat.attaching.screenshot_portal import ScreenshotPortal  # Wayland alone has it

        portal = ScreenshotPortal(self)
        portal.ended.connect(lambda path: self._portal_ended(portal, path))
        portal.refused.connect(lambda: self._portal_ended(portal, None))
        portal.ask()

    def _portal_ended(self, portal: QObject, path: str | None) -> None:
        portal.deleteLater()
        self._is_busy = False
        if path is None:
            self.refused.emit()
        elif path:
            self.written.emit(path, False)
