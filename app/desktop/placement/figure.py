"""A number to be seen from afar, and what it is of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class Figure(QWidget):
    """The number stands over its words, which break into lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number, self.words = QLabel(self), QLabel(self)
        self.number.setProperty("kind", "title")
        self.words.setProperty("kind", "small")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (self.number, self.words):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addStretch(1)

    def say(self, number: str, words: str) -> None:
        self.number.setText(number)
        self.words.setText(words)
        self.setAccessibleName(self.text())
        self.number.setAccessibleName(self.text())

    def text(self) -> str:
        """As it is read out."""
        return f"{self.number.text()} {self.words.text()}"
