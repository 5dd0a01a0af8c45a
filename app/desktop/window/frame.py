"""How the window is divided: the rail, what stands beside the page, and lines over the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from app.desktop.widgets.layouts import Column, Row


class Frame(QStackedWidget):
    """Shows the divided window, or what is added to it in its place. `pages` takes the pages, `splitter` stands
    between them and `side`."""

    def __init__(self, rail: QWidget, side: QWidget, lines: Sequence[QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self.pages = QStackedWidget(parent)
        content = QWidget(parent)
        Column(*lines, (self.pages, 1), parent=content, spacing=0)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(side)
        self.splitter.addWidget(content)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setCollapsible(1, False)
        working = QWidget(parent)
        Row(rail, (self.splitter, 1), parent=working, spacing=0)
        self.addWidget(working)
