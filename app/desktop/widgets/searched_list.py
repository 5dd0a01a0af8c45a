"""What stands beside a page: a search, a button for something new, and the list."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row


class SearchField(TextField):
    """With nothing to take back in it, Ctrl+Z is the window's: it may bring back what was deleted."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and cast(QKeyEvent, event).matches(
            QKeySequence.StandardKey.Undo
        ):
            event.setAccepted(bool(self.text()) or self.isUndoAvailable())
            return True
        return super().event(event)


class SideList(QListView):
    """The list itself: opens by click or Enter, has a menu by right click, menu key or Shift+F10."""

    menu_wanted = Signal(QModelIndex, QPoint)
    delete_wanted = Signal(QModelIndex)
    open_wanted = Signal(QModelIndex)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.clicked.connect(self.open_wanted)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._want_menu_of_current()
        else:
            self._want_menu(self.indexAt(event.pos()), event.globalPos())

    def _want_menu_of_current(self) -> None:
        index = self.currentIndex()
        self._want_menu(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))

    def _want_menu(self, index: QModelIndex, place: QPoint) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEnabled:  # no heading
            self.menu_wanted.emit(index, place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_wanted.emit(index)
        elif index.isValid() and event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(index)
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._want_menu_of_current()  # of the menu key Qt makes an event by itself
        else:
            super().keyPressEvent(event)


class SearchedList(ThemedWidget):
    """Lays these out, with `_empty` for what is said where there is nothing; `column` takes more. What they do is for
    who inherits."""

    def __init__(self, parent: QWidget | None = None, make_list: type[SideList] = SideList) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self.search = SearchField(self)
        self.new = push_button(self)
        self.list = make_list(self)
        self._empty = text_label(self, "small", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.column = Column(
            Row((self.search, 1), self.new, spacing=8),
            self._empty,
            (self.list, 1),
            parent=self,
            margins=(12, 12, 12, 0),
            spacing=8,
        )

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def restyle(self) -> None:
        px = themes.current.px
        self._empty.setContentsMargins(px(8), px(12), px(8), 0)
        set_icon(self.new, "plus", "text", 18)
        self.new.setFixedWidth(px(40))
        self.list.doItemsLayout()
