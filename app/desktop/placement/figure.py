"""A number to be seen from afar, and what it is of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column


class Figure(QWidget):
    """The number stands over its words, which break into lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = text_label(self, "title", selectable=True)
        self.words = text_label(self, "small", wraps=True, selectable=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        column = Column(parent=self, spacing=0)
        for label in (self.number, self.words):
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
