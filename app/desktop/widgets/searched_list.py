"""What stands beside a page: a search, a button for something new, and the list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row


class SearchedList(ThemedWidget):
    """Lays these out, with `_empty` for what is said where there is nothing; what they do is for who inherits."""

    def __init__(self, list_view: QListView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self.search = QLineEdit(self)
        self.new = push_button(self)
        self._view = list_view
        list_view.setParent(self)
        self._empty = text_label(self, "small", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        Column(
            Row((self.search, 1), self.new, spacing=8),
            self._empty,
            (list_view, 1),
            parent=self,
            margins=(12, 12, 12, 0),
            spacing=8,
        )

    def restyle(self) -> None:
        px = themes.current.px
        self._empty.setContentsMargins(px(8), px(12), px(8), 0)
        set_icon(self.new, "plus", "text", 18)
        self.new.setFixedWidth(px(40))
        self._view.doItemsLayout()
