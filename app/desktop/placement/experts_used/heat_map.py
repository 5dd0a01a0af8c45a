"""The heat map: layers by experts, painted as one image so that thousands of cells cost nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.placement.colors import heat_colours
from app.desktop.placement.experts_used.levels import Heat

MOST_HEIGHT = 300
LEAST_HEIGHT = 84
ROW = 14
# Cells at least this large have a gap between them.
GAP_FROM = 5


class HeatMap(QWidget):
    """The longer side lies across. `pointed` carries layer, expert and share, or None when nothing is."""

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heat: Heat | None = None
        self._most = ""
        self._image = QImage()
        self._at: QPoint | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_heat(self, heat: Heat, most: str = "") -> None:
        """Layers across unless there are more experts than layers. The strongest shade is `most`, else the GPU's
        colour. What is shown already is not painted again."""
        if (heat, most) == (self._heat, self._most) and not self._image.isNull():
            return
        other_size = self._heat is not None and heat.size != self._heat.size
        self._heat, self._most = heat, most
        self._draw(heat)
        if other_size:
            self._move(None)

    def _draw(self, heat: Heat) -> None:
        # Lines of an image start at multiples of four bytes unless the length of a line is given.
        image = QImage(
            heat.levels, heat.experts, len(heat.layers), heat.experts, QImage.Format.Format_Indexed8
        )
        image.setColorTable([colour.rgb() for colour in heat_colours(themes.current, self._most)])
        # A copy: the bytes belong to the value, and the image would only point to them.
        coloured = image.convertToFormat(QImage.Format.Format_RGB32)
        rows_as_columns = QTransform(0, 1, 1, 0, 0, 0)
        self._image = coloured.copy() if self._experts_across() else coloured.transformed(rows_as_columns)
        self.updateGeometry()
        self.update()

    def heat(self) -> Heat | None:
        return self._heat

    def _experts_across(self) -> bool:
        return self._heat is not None and self._heat.experts > len(self._heat.layers)

    def sizeHint(self) -> QSize:
        px = themes.current.px
        height = self._image.height() * px(ROW) if not self._image.isNull() else px(LEAST_HEIGHT)
        return QSize(px(320), min(px(MOST_HEIGHT), max(px(LEAST_HEIGHT), height)))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(160), themes.current.px(LEAST_HEIGHT))

    def restyle(self) -> None:
        self.setMaximumHeight(themes.current.px(MOST_HEIGHT))
        if self._heat is not None:
            self._draw(self._heat)

    # One cell

    def pointed_cell(self) -> tuple[int, int, float] | None:
        """What `pointed` carried last, as it is now."""
        return None if self._at is None else self._cell(self._at)

    def _cell(self, point: QPoint) -> tuple[int, int, float] | None:
        """Layer, expert and share of a cell given by its column and row."""
        heat = self._heat
        if heat is None:
            return None
        row, expert = (point.y(), point.x()) if self._experts_across() else (point.x(), point.y())
        return heat.layers[row], expert, heat.shares[row][expert]

    def _move(self, point: QPoint | None) -> None:
        if point == self._at and point is not None:
            return
        for at in (self._at, point):
            if at is not None and not self._image.isNull():
                self.update(self._cell_rect(at).adjusted(-2, -2, 2, 2))
        self._at = point
        self.pointed.emit(None if point is None else self._cell(point))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._image.isNull() or not self.rect().contains(event.position().toPoint()):
            return
        column = int(event.position().x() * self._image.width() / max(1, self.width()))
        row = int(event.position().y() * self._image.height() / max(1, self.height()))
        self._move(QPoint(min(column, self._image.width() - 1), min(row, self._image.height() - 1)))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._move(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: QPoint(-1, 0),
            Qt.Key.Key_Right: QPoint(1, 0),
            Qt.Key.Key_Up: QPoint(0, -1),
            Qt.Key.Key_Down: QPoint(0, 1),
            Qt.Key.Key_Home: QPoint(-1, 0),
            Qt.Key.Key_End: QPoint(1, 0),
        }.get(Qt.Key(event.key()))
        if step is None or self._image.isNull():
            super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            step *= self._image.width()
        moved = self._at + step if self._at is not None else QPoint(0, 0)
        self._move(
            QPoint(
                min(max(0, moved.x()), self._image.width() - 1),
                min(max(0, moved.y()), self._image.height() - 1),
            )
        )

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._at is None and not self._image.isNull():
            self._move(QPoint(0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._move(None)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._image)
        wide, high = self.width() / self._image.width(), self.height() / self._image.height()
        if themes.current.high_contrast:
            # What never fired is as bare as the card: its cells are told by outlines, where small by one for a line.
            self._paint_lines(painter, themes.current.line, columns=wide >= GAP_FROM, rows=high >= GAP_FROM)
            painter.setPen(QColor(themes.current.edge))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        elif min(wide, high) >= GAP_FROM:
            self._paint_lines(painter, themes.current.card, columns=True, rows=True)
        if self._at is not None:
            painter.setPen(QPen(QColor(themes.current.text), 2))
            painter.drawRect(self._cell_rect(self._at).adjusted(0, 0, -1, -1))

    def _paint_lines(self, painter: QPainter, colour: str, *, columns: bool, rows: bool) -> None:
        """Thin lines between the cells."""
        across, down, line = self._image.width(), self._image.height(), QColor(colour)
        for column in range(1, across if columns else 1):
            painter.fillRect(round(column * self.width() / across) - 1, 0, 1, self.height(), line)
        for row in range(1, down if rows else 1):
            painter.fillRect(0, round(row * self.height() / down) - 1, self.width(), 1, line)

    def _cell_rect(self, cell: QPoint) -> QRect:
        """Where a cell is drawn, its gap included."""
        columns, rows = self._image.width(), self._image.height()
        left, right = (round((cell.x() + end) * self.width() / columns) for end in (0, 1))
        top, bottom = (round((cell.y() + end) * self.height() / rows) for end in (0, 1))
        return QRect(left, top, right - left, bottom - top)
