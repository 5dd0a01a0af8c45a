"""How the window is divided: the rail, what stands beside the page, and lines over the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget


class Frame(QStackedWidget):
    """Shows the divided window, or what is added to it in its place. `pages` takes the pages, `splitter` stands
    between them and `side`."""

    def __init__(self, rail: QWidget, side: QWidget, lines: Sequence[QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self.pages = QStackedWidget(parent)
        content = QWidget(parent)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in lines:
            column.addWidget(line)
        column.addWidget(self.pages, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(side)
        self.splitter.addWidget(content)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setCollapsible(1, False)
        working = QWidget(parent)
        row = QHBoxLayout(working)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(rail)
        row.addWidget(self.splitter, 1)
        self.addWidget(working)
