"""What boxes with a head have in common: the frame, and the button at the right of the head."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes


def paint_frame(painter: QPainter, rect: QRect, ground: str, head: int, radius: int = 12) -> None:
    """A box with a line under its head, which is `head` pixels high; the line is left out where nothing is below."""
    theme = themes.current
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QPainterPath()
    frame.addRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.fillPath(frame, QColor(ground))
    painter.setPen(QColor(theme.line))
    painter.drawPath(frame)
    if rect.height() > head + 2:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawLine(1, head, rect.width() - 2, head)


def place_in_head(button: QWidget, width: int, head: int) -> None:
    """Puts a button at the right end of the head of a box that is `width` pixels wide."""
    size = button.sizeHint()
    button.setGeometry(width - size.width() - 6, (head - size.height()) // 2 + 1, size.width(), size.height())
