"""A few words on a ground of their own: a verdict, a property, a state."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes

SYMBOL = 13
KINDS = {"accent": "chip", "quiet": "quiet-chip", "warning": "warning-chip", "plain": "small"}


class Chip(QLabel):
    """`tone` is "accent", "quiet", "warning", or "plain" for words without a ground; `symbol` is the name of an icon
    before the words."""

    def __init__(self, parent: QWidget | None = None, tone: str = "quiet", symbol: str = "") -> None:
        super().__init__(parent)
        self._tone, self._symbol = tone, symbol
        self.setProperty("symbol", bool(symbol))
        self.setProperty("kind", KINDS[tone])
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str, tone: str | None = None, explanation: str = "") -> None:
        """`explanation` is the whole sentence, for the tool tip and the screen reader."""
        if tone is not None and tone != self._tone:
            self._tone = tone
            set_kind(self, KINDS[tone])
        self.setText(text)
        self.setToolTip(explanation)
        self.setAccessibleName(explanation or text)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._symbol:
            size, left = themes.current.px(SYMBOL), themes.current.px(7)
            place = QRect(left, (self.height() - size) // 2, size, size)
            icon(self._symbol, "muted", SYMBOL).paint(QPainter(self), place)

    def tone(self) -> str:
        return self._tone
