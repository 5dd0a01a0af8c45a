"""A card of the page: a heading, a faint note at its right, and what stands below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.desktop.base.theme import themes


class Card(QFrame):
    """`inside` takes the contents. A subclass calls `self.refresh()` once at the end of its constructor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._title = QLabel(self)
        self._title.setProperty("kind", "heading")
        self._title.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setProperty("kind", "small")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._head = QHBoxLayout()
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.note)
        self.inside = QVBoxLayout()
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addLayout(self.inside)
        self._title.hide()
        self.note.hide()
        themes.changed.connect(self.restyle)

    def add_to_head(self, widget: QWidget) -> None:
        """Put a control at the right end of the heading's line."""
        self._head.addWidget(widget)

    def set_title(self, title: str, note: str = "") -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def title(self) -> str:
        return self._title.text()

    def refresh(self) -> None:
        self.restyle()
        self.retranslate()

    def restyle(self) -> None:
        px = themes.current.px
        self._column.setContentsMargins(px(18), px(14), px(18), px(14))
        self._column.setSpacing(px(10))
        self.inside.setSpacing(px(8))

    def retranslate(self) -> None:
        """Set every text that a person reads or a screen reader says."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
