"""A column of cards that scrolls, no wider than can be read with ease."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.layouts import STRETCH, Column, Row

COLUMN = 1080
# The scroll bar stands in the right margin, so that what scrolls is as wide as what does not.
GUTTER = 14
# Of the room: the stretches beside the column take what is left.
SHARE = 1000


def column_width(room: int) -> int:
    """How wide the column of a bare scroller is where there is room for `room` pixels and the gutter."""
    return (room - themes.current.px(GUTTER)) * SHARE // (SHARE + 2)


def scroll_area(inside: QWidget, parent: QWidget) -> QScrollArea:
    """An area in which `inside` scrolls up and down, as wide as there is room."""
    inside.setProperty("kind", "page")
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


class ColumnScroller(QScrollArea):
    """`column` takes the contents; it stands in the middle where there is more room than it needs.

    `margin` is the distance of the contents from the edges; `bare` has none but the gutter at the right.
    """

    def __init__(
        self, parent: QWidget | None = None, *, most: int = COLUMN, margin: int = 28, bare: bool = False
    ) -> None:
        super().__init__(parent)
        self._most, self._margin, self._bare = most, margin, bare
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget(self)
        page.setProperty("kind", "page")
        self.inside = QWidget(page)
        self.column = Column(parent=self.inside, spacing=12)
        self._row = Row(STRETCH, (self.inside, SHARE), STRETCH, parent=page)
        self.setWidget(page)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_whole(self, widget: QWidget) -> None:
        """Bring a widget of the column into sight."""
        self.ensureWidgetVisible(widget, 0, themes.current.px(12))

    def _make_room(self) -> None:
        bar = self.verticalScrollBar()
        taken = bar.sizeHint().width() if bar.maximum() > 0 else 0
        self._row.setContentsMargins(0, 0, max(0, themes.current.px(GUTTER) - taken), 0)

    def _restyle(self) -> None:
        px = themes.current.px
        if self._bare:
            self.column.setContentsMargins(0, 0, 0, 0)
        else:
            right = px(self._margin) - px(GUTTER)
            self.column.setContentsMargins(px(self._margin), px(20), right, px(self._margin))
        self.inside.setMaximumWidth(px(self._most))
        self._make_room()


class QuietBar(QScrollBar):
    """Keeps its place, so that nothing is laid out anew when it is needed, and is drawn only then."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class ReadingArea(QScrollArea):
    """A page that is read from top to bottom: no frame, and Home and End go to its ends."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(QuietBar(Qt.Orientation.Vertical, self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setSingleStep(44)
        self.viewport().setAutoFillBackground(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)
