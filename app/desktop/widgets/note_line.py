"""A quiet sentence in the transcript, wrapped where it must be."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes

_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop)


class NoteLine(QWidget):
    """Plain text of 13 px. `fit` gives its height for a width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""
        self._colour = "muted"

    def set_note(self, text: str, colour: str = "muted") -> None:
        """`colour` is a field of `Theme`."""
        self.text, self._colour = text, colour
        self.setAccessibleName(text)
        self.update()

    def fit(self, width: int) -> int:
        metrics = QFontMetrics(themes.current.font(13))
        return metrics.boundingRect(0, 0, width, 10_000, _WRAP, self.text).height() + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(getattr(theme, self._colour)))
        painter.drawText(self.rect(), _WRAP, self.text)
        painter.end()
