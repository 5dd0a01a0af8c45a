"""The card that stands in place of a plan: none yet, one in the making, or none that could be made."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import set_texts, text_label


class StateCard(Card):
    """A sentence and at most one button."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = text_label(self, wraps=True, selectable=True)
        self.button = push_button(self)
        self.button.clicked.connect(self.acted)
        self.inside.addWidget(self.words)
        self.inside.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def say(self, words: str, button: str = "") -> None:
        self.words.setText(words)
        set_texts(self.button, button)
        self.button.setVisible(bool(button))
