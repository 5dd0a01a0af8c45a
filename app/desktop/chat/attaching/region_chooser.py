"""A picture of a screen, over all of that screen, in which a person chooses a region."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes

# A click is no region: a smaller drag begins anew. In pixels.
LEAST = 4
VEIL = QColor(0, 0, 0, 120)


class RegionChooser(QWidget):
    """`taken` carries the region as a QImage in the pixels of the screen; Enter takes all of the screen. `cancelled`
    comes from Esc, the right button, and when it is closed."""

    taken = Signal(QImage)
    cancelled = Signal()

    def __init__(self, screen: QScreen, picture: QPixmap) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        # Our windows may be out of sight meanwhile: this one is no reason to quit.
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._picture = picture
        self._from: QPoint | None = None
        self._chosen = QRect()
        self._hint = self.tr("Drag over what to attach. Enter takes the whole screen, Esc cancels.")
        self.setWindowTitle(self.tr("Screenshot"))
        self.setAccessibleName(self._hint)
        self.setScreen(screen)
        self.setGeometry(screen.geometry())

    def _take(self, region: QRect) -> None:
        ratio = self._picture.width() / max(1, self.width())
        x, y = round(region.x() * ratio), round(region.y() * ratio)
        right, bottom = (
            round((region.x() + region.width()) * ratio),
            round((region.y() + region.height()) * ratio),
        )
        image = self._picture.copy(x, y, right - x, bottom - y).toImage()
        image.setDevicePixelRatio(1)
        self.taken.emit(image)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.position().toPoint()
            self._chosen = QRect()
        else:
            self.cancelled.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            at = event.position().toPoint()
            left, right = sorted((self._from.x(), at.x()))
            top, bottom = sorted((self._from.y(), at.y()))
            self._chosen = QRect(left, top, right - left, bottom - top).intersected(self.rect())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._from is None:
            return
        self._from = None
        if min(self._chosen.width(), self._chosen.height()) >= LEAST:
            self._take(self._chosen)
        else:
            self._chosen = QRect()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.rect())
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()  # else nobody could quit
        self.cancelled.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = themes.current, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(self.rect(), self._picture)
        painter.setClipRegion(QRegion(self.rect()) - QRegion(self._chosen))
        painter.fillRect(self.rect(), VEIL)
        if self._chosen.isEmpty():
            self._paint_hint(painter)
        else:
            painter.setClipping(False)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(self._chosen)
        painter.end()

    def _paint_hint(self, painter: QPainter) -> None:
        theme = themes.current
        painter.setFont(theme.font())
        around = theme.px(14)
        room = self.rect().adjusted(2 * around, 2 * around, -2 * around, -2 * around)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        words = painter.boundingRect(room, flags, self._hint)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(QRectF(words.adjusted(-around, -around, around, around)), around, around)
        painter.setPen(QColor(theme.text))
        painter.drawText(room, flags, self._hint)
