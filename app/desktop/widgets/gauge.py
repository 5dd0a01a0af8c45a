"""A number in words and as a short bar: how full the context is, how far a model is loaded."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes

BAR = (90, 6)
GAP = 12
WARN_FROM = 0.85


class Gauge(QWidget):
    """Text, then a bar filled to `fraction` (0 to 1). With `warns` it changes colour when nearly full."""

    def __init__(self, parent: QWidget | None = None, *, warns: bool = False) -> None:
        super().__init__(parent)
        self._text, self._fraction, self._warns = "", 0.0, warns
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        themes.changed.connect(self.updateGeometry)

    def show_value(self, text: str, fraction: float, explanation: str) -> None:
        """`explanation` is the whole sentence, for the tool tip and the screen reader."""
        self._text, self._fraction = text, min(1.0, max(0.0, fraction))
        self.setToolTip(explanation)
        self.setAccessibleName(explanation)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        theme = themes.current
        words = QFontMetrics(theme.font(13)).horizontalAdvance(self._text)
        return QSize(words + theme.px(GAP) + theme.px(BAR[0]), theme.px(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = theme.px(BAR[0]), theme.px(BAR[1])
        bar = QRectF(self.width() - width, (self.height() - height) / 2, width, height)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        place = self.rect().adjusted(0, 0, -width - theme.px(GAP), 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        if self._fraction > 0:
            full = self._warns and self._fraction >= WARN_FROM
            painter.setBrush(QColor(theme.warning if full else theme.accent))
            bar.setWidth(max(height, width * self._fraction))
            painter.drawRoundedRect(bar, height / 2, height / 2)
