"""How far something is, as a slim bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes

HEIGHT = 8


class SlimBar(QWidget):
    """Filled to `fraction` (0 to 1), in the accent or, where nothing moves, in a quiet colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction, self._quiet = 0.0, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    def show_value(self, fraction: float, words: str, *, quiet: bool = False) -> None:
        """`words` say the same to a screen reader."""
        fraction = min(1.0, max(0.0, fraction))
        self.setAccessibleName(words)
        if (fraction, quiet) != (self._fraction, self._quiet):
            self._fraction, self._quiet = fraction, quiet
            self.update()

    def fraction(self) -> float:
        return self._fraction

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(120), themes.current.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(40), themes.current.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar, radius = QRectF(self.rect()), self.height() / 2
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(bar, radius, radius)
        if self._fraction > 0:
            painter.setBrush(QColor(theme.disk if self._quiet else theme.accent))
            bar.setWidth(max(bar.height(), bar.width() * self._fraction))
            painter.drawRoundedRect(bar, radius, radius)
