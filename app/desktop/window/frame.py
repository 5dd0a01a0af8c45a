"""How the window is divided: the rail, what stands beside the page, and lines over the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.layouts import Column, Row, discard

RAIL = 56
# With less room beside it for the page the list goes by itself.
PAGE = 400
# The least that a list has, and, where a person wants it though there is no room for both, what both have.
SIDE, NARROW_SIDE, NARROW_PAGE = 200, 150, 240


class Frame(QStackedWidget):
    """Shows the divided window, or what is added to it in its place. `pages` takes the pages, `side` what stands
    beside them; `splitter` is between both. `fill` comes with the rest.

    `side` is there if a person wants it. Where the window is too narrow for both it goes until there is room; who
    asks for it there all the same gets it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.wanted, self._insisted = True, False
        self.side_width = 0  # as a person left it, at this text size
        self._scale, self._room = themes.current.scale, True
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
        self.splitter.splitterMoved.connect(self._moved)
        # Grounds of what is not there yet.
        self._rail_ground, self._side_ground = QFrame(parent), QFrame(parent)
        self._rail_ground.setProperty("kind", "rail")
        self._rail_ground.setFixedWidth(themes.current.px(RAIL))
        self._side_ground.setProperty("kind", "side")
        self.side.addWidget(self._side_ground)
        working = QWidget(parent)
        self._row = Row(self._rail_ground, (self.splitter, 1), parent=working, spacing=0)
        self.addWidget(working)

    def begin(self, side_width: int, *, wanted: bool) -> None:
        """Divide the window as it was when it was closed."""
        self.side_width, self.wanted = side_width, wanted
        self._divide()
        self.fit()

    def _divide(self) -> None:
        self.splitter.setSizes([self.side_width, max(1, self.window().width() - self.side_width)])

    def _moved(self) -> None:
        self.side_width = self.side.width()

    def show_side(self, wanted: bool) -> None:
        """What a person says."""
        self.wanted = self._insisted = wanted
        self.fit()

    def fit(self) -> None:
        """Follow the width of the window and the text size."""
        px, scale = themes.current.px, themes.current.scale
        rescaled = scale != self._scale
        if rescaled:
            self.side_width = round(self.side_width * scale / self._scale)
            self._scale = scale
        whole = self.window().width() - px(RAIL)
        room = whole - max(self.side_width, px(SIDE)) >= px(PAGE)
        if room:
            self._insisted = False
        self.side.setMinimumWidth(px(SIDE if room else NARROW_SIDE))
        self._content.setMinimumWidth(max(0, min(px(NARROW_PAGE), whole - px(NARROW_SIDE) - 1)))
        shown = self.wanted and (room or self._insisted)
        # It may have been squeezed before.
        if rescaled or room != self._room or shown == self.side.isHidden():
            self.side.setVisible(shown)
            self._divide()
        self._room = room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

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
