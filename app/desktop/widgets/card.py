"""A card of the page: a heading, a faint note at its right, and what stands below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import Column, Row


class Card(ThemedWidget):
    """`inside` takes the contents. A subclass calls `self.refresh()` once at the end of its constructor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._title = text_label(self, "heading", wraps=True)
        self.note = text_label(self, "small")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._head = Row((self._title, 1), self.note)
        self.inside = Column(spacing=8)
        Column(self._head, self.inside, parent=self, margins=(18, 14, 18, 14), spacing=10)
        self._title.hide()
        self.note.hide()

    def add_to_head(self, widget: QWidget) -> None:
        """Put a control at the right end of the heading's line."""
        self._head.addWidget(widget)

    def explain(self, words: str) -> None:
        """What the words of the heading mean, on hover."""
        self._title.setToolTip(wrapped_tip(words))

    def set_title(self, title: str, note: str = "") -> None:
        show_text(self._title, title)
        show_text(self.note, note)

    def title(self) -> str:
        return self._title.text()
