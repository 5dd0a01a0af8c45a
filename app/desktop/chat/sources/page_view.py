"""A page as a picture that scrolls, as wide as there is room, with words of it marked."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.desktop.base.theme import Theme, load_theme, themes

# A narrower page could not be read: it scrolls sideways.
LEAST = 400
# Around the marked words, as a part of their height.
AROUND = 0.15
# The picture is drawn anew for another width once that stays.
SETTLED_MS = 200
# The marked words stand this part of the height below the top.
ABOVE = 0.3


@lru_cache(maxsize=2)
def _on_paper(high_contrast: bool) -> Theme:
    """Pages are paper in dark themes too."""
    return load_theme("light-contrast" if high_contrast else "light")


class _Paper(QWidget):
    """The picture, drawn as large as the widget."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.picture = QPixmap()
        self.boxes: tuple[tuple[int, int, int, int], ...] = ()  # in pixels of the picture

    def marks(self) -> list[QRectF]:
        """Where the words stand in the widget."""
        if self.picture.isNull():
            return []
        by = self.width() / self.picture.width()
        marks = []
        for left, top, width, height in self.boxes:
            around = AROUND * min(width, height)
            mark = QRectF(left, top, width, height).adjusted(-around, -around, around, around)
            marks.append(QRectF(mark.x() * by, mark.y() * by, mark.width() * by, mark.height() * by))
        return marks

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), self.picture)
        theme = _on_paper(themes.current.high_contrast)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self.marks():
            # Black letters stay black.
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
            painter.fillRect(mark, QColor(theme.accent_soft))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setPen(QPen(QColor(theme.accent), 2 if theme.high_contrast else 1.5))
            if theme.high_contrast:
                painter.drawRect(mark)
            else:
                painter.drawLine(mark.bottomLeft(), mark.bottomRight())
        painter.end()


class PageView(QScrollArea):
    """`sharper_wanted`: it has another width now, for which the picture is not made."""

    sharper_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAutoFillBackground(False)
        self.paper = _Paper(self)
        self.setWidget(self.paper)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._ask)

    def picture_width(self, width: int) -> int:
        """How wide a picture is to be, in pixels of the screen, for a view of this width."""
        room = width - self.verticalScrollBar().sizeHint().width()
        return round(max(room, themes.current.px(LEAST)) * self.devicePixelRatioF())

    def _page_width(self) -> int:
        return max(self.viewport().width(), themes.current.px(LEAST))

    def show_picture(
        self, picture: QPixmap, boxes: tuple[tuple[int, int, int, int], ...], *, again: bool = False
    ) -> None:
        """Show a page from its first marked words; `again`: the same one, sharper, which stays where it is."""
        self.paper.picture, self.paper.boxes = picture, boxes
        self._fit()
        if not again:
            self.show_marks()
        self.paper.update()

    def show_marks(self) -> None:
        """Bring the first marked words into sight, or the beginning of the page."""
        mark = next(iter(self.paper.marks()), QRectF())
        self.verticalScrollBar().setValue(round(mark.top() - ABOVE * self.viewport().height()))
        self.horizontalScrollBar().setValue(round(mark.right() + mark.height() - self.viewport().width()))

    def _fit(self) -> None:
        if self.paper.picture.isNull():
            return
        width = self._page_width()
        self.paper.resize(
            width, max(1, round(width * self.paper.picture.height() / self.paper.picture.width()))
        )

    def _ask(self) -> None:
        if not self.paper.picture.isNull() and self.isVisible():
            self.sharper_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        before, bar = self.paper.height(), self.verticalScrollBar()
        place = bar.value()
        super().resizeEvent(event)
        self._fit()
        if before and self.paper.height() != before:
            bar.setValue(round(place * self.paper.height() / before))
            self._settled.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()  # they turn the page
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar = self.verticalScrollBar()
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)
