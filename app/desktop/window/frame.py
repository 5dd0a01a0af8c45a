"""How the window is divided: the rail, what stands beside the page, and lines over the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.layouts import Column, Row, discard

RAIL = 56


class Frame(QStackedWidget):
    """Shows the divided window, or what is added to it in its place. `pages` takes the pages, `side` what stands
    beside them; `splitter` is between both. `fill` comes with the rest."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pages = QStackedWidget(parent)
        self.side = QStackedWidget(parent)
        self._content = QWidget(parent)
        self._lines = Column((self.pages, 1), parent=self._content, spacing=0)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.side)
        self.splitter.addWidget(self._content)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setCollapsible(1, False)
        # Grounds of what is not there yet.
        self._rail_ground, self._side_ground = QFrame(parent), QFrame(parent)
        self._rail_ground.setProperty("kind", "rail")
        self._rail_ground.setFixedWidth(themes.current.px(RAIL))
        self._side_ground.setProperty("kind", "side")
        self.side.addWidget(self._side_ground)
        working = QWidget(parent)
        self._row = Row(self._rail_ground, (self.splitter, 1), parent=working, spacing=0)
        self.addWidget(working)

    def fill(self, rail: QWidget, side: QWidget, lines: Sequence[QWidget]) -> None:
        """Put the rail and what stands beside the pages in their places, and `lines` above the pages."""
        self.side.addWidget(side)
        self.side.setCurrentWidget(side)
        self.side.removeWidget(self._side_ground)
        discard(self._side_ground)
        self._row.replaceWidget(self._rail_ground, rail)
        discard(self._rail_ground)
        for place, line in enumerate(lines):
            self._lines.insertWidget(place, line)
