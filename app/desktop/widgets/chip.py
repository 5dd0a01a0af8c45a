"""A few words on a ground of their own: a verdict, a property, a state."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.base.style import set_kind

KINDS = {"accent": "chip", "quiet": "quiet-chip", "warning": "warning-chip", "plain": "small"}


class Chip(QLabel):
    """`tone` is "accent", "quiet", "warning", or "plain" for words without a ground."""

    def __init__(self, parent: QWidget | None = None, tone: str = "quiet") -> None:
        super().__init__(parent)
        self._tone = tone
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

    def tone(self) -> str:
        return self._tone
