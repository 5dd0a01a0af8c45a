"""A switch: on or off at once, unlike a box that is ticked for later."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.desktop.base.theme import themes


class Switch(QAbstractButton):
    """`toggled` carries the new state. It is told apart by the place of its knob, not by colour alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        themes.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        px = themes.current.px
        return QSize(px(38), px(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        radius = box.height() / 2
        on = self.isChecked()
        painter.setPen(QPen(QColor(theme.accent if on else theme.muted), 1.5))
        painter.setBrush(QColor(theme.accent if on else theme.card))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, radius, radius)
        knob = box.height() - 8
        x = box.right() - knob - 4 if on else box.left() + 4
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.on_accent if on else theme.muted))
        painter.drawEllipse(QRectF(x, box.top() + 4, knob, knob))
