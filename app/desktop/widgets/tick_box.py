"""A box to tick, in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes

BOX = 18


class TickBox(QCheckBox):
    """Without words of its own: what it is for is its accessible name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        themes.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        size = themes.current.px(BOX) + 4
        return QSize(size, size)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = theme.px(BOX)
        box = QRectF((self.width() - size) / 2, (self.height() - size) / 2, size, size)
        on, able = self.isChecked(), self.isEnabled()
        ground = theme.accent if on and able else theme.card
        edge = theme.line if not able else theme.accent if on or self.underMouse() else theme.muted
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(edge), 1.2))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.px(4), theme.px(4))
        if on:
            inner = box.adjusted(3, 3, -3, -3).toRect()
            icon("check", "on_accent" if able else "faint", BOX - 6).paint(painter, inner)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text if on else theme.accent), 2))
            painter.drawRoundedRect(box, theme.px(5), theme.px(5))
