"""What stands beside a page: a search, a button for something new, and the list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListView, QPushButton, QVBoxLayout, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget


class SearchedList(ThemedWidget):
    """Lays these out, with `_empty` for what is said where there is nothing; what they do is for who inherits."""

    def __init__(self, list_view: QListView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.new = QPushButton(self)
        self.new.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._view = list_view
        list_view.setParent(self)
        self._empty = QLabel(self)
        self._empty.setProperty("kind", "small")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._bar = QHBoxLayout()
        self._bar.addWidget(self.search, 1)
        self._bar.addWidget(self.new)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._bar)
        self._column.addWidget(self._empty)
        self._column.addWidget(list_view, 1)

    def restyle(self) -> None:
        px = themes.current.px
        self._column.setContentsMargins(px(12), px(12), px(12), 0)
        self._column.setSpacing(px(8))
        self._bar.setSpacing(px(8))
        self._empty.setContentsMargins(px(8), px(12), px(8), 0)
        set_icon(self.new, "plus", "text", 18)
        self.new.setFixedWidth(px(40))
        self._view.doItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(themes.current.sidebar))
