"""The list of chats itself: several can be chosen, dragged into a project, and each has a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.searched_list import SideList
from app.desktop.window.chats.conversation_delegate import ConversationDelegate, RowButton, button_boxes
from app.desktop.window.chats.conversation_model import Role
from app.desktop.window.chats.dropped_files import chat_paths

CHOOSES_MORE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class ChatsView(SideList):
    """A click or Enter opens; with Ctrl or Shift a click only chooses.

    `fold_wanted` carries a project, and whether its chats are to be hidden, `settings_wanted` one whose settings are
    asked for, `new_in_wanted` one that is to get a chat, `files_dropped` the paths of files that may hold chats.
    """

    fold_wanted = Signal(int, bool)
    settings_wanted = Signal(int)
    new_in_wanted = Signal(int)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(True)  # onto rows, not between them
        self.setDropIndicatorShown(False)  # the row itself says it
        self.clicked.disconnect(self.open_wanted)
        self.clicked.connect(self._open_clicked)

    def chosen(self) -> list[int]:
        """The chats that are chosen, from above to below."""
        indexes = sorted(self.selectedIndexes(), key=QModelIndex.row)
        return [index.data(Role.CONVERSATION).id for index in indexes]

    def _open_clicked(self, index: QModelIndex) -> None:
        if not QApplication.keyboardModifiers() & CHOOSES_MORE:
            self.open_wanted.emit(index)

    def _button_at(self, place: QPoint) -> tuple[QModelIndex, RowButton, QRect] | None:
        """The row that has a button at a place, which one, and where it is."""
        index = self.indexAt(place)
        boxes = button_boxes(self.visualRect(index), index.data(Role.ROW)) if index.isValid() else {}
        return next(((index, button, box) for button, box in boxes.items() if box.contains(place)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._button_at(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or found is None:
            super().mousePressEvent(event)
            return
        index, button, box = found
        if button == "menu":
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(box.bottomLeft()))
        else:
            self.new_in_wanted.emit(index.data(Role.PROJECT).id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._button_at(event.position().toPoint()) is None:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        project = index.data(Role.PROJECT)
        if project is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.fold_wanted.emit(project.id, key == Qt.Key.Key_Left)
        elif project is not None and key == Qt.Key.Key_Space:
            self.open_wanted.emit(index)
        elif project is not None and key == Qt.Key.Key_F2:
            self.settings_wanted.emit(project.id)
        elif key == Qt.Key.Key_Escape and len(self.selectedIndexes()) > 1:
            self.setCurrentIndex(index)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take_files(event, super().dragEnterEvent)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not self._take_files(event, super().dragMoveEvent):
            self._take_chats(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._show_target(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_target(-1)
        if paths := self._take_files(event, super().dropEvent):
            self.files_dropped.emit(paths)

    @staticmethod
    def _take_files(event: QDropEvent, otherwise: Callable[[Any], None]) -> list[str]:
        """Files of chats that are dragged here, which are copied; all else is `otherwise`."""
        paths = chat_paths(event.mimeData().urls())
        if not paths:
            otherwise(event)
        elif event.possibleActions() & Qt.DropAction.CopyAction:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        return paths

    def _take_chats(self, event: QDragMoveEvent) -> None:
        """Where chats can be moved to; Qt's own takes everything, or nothing, where it draws no indicator."""
        index = self.indexAt(event.position().toPoint())
        takes = self.model().canDropMimeData(event.mimeData(), Qt.DropAction.MoveAction, -1, -1, index)
        if takes:
            event.acceptProposedAction()
        else:
            event.ignore()
        self._show_target(index.row() if takes else -1)

    def _show_target(self, row: int) -> None:
        delegate = self.itemDelegate()
        assert isinstance(delegate, ConversationDelegate)
        if delegate.target != row:
            delegate.target = row
            self.viewport().update()

    def startDrag(self, actions: Qt.DropAction) -> None:
        # Qt's own would take the rows away, or empty them, where they came from.
        indexes = self.selectedIndexes()
        if not indexes:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData(indexes))
        drag.setPixmap(self._picture(indexes))
        drag.setHotSpot(QPoint(-themes.current.px(12), 0))
        drag.exec(Qt.DropAction.MoveAction)

    def _picture(self, indexes: Sequence[QModelIndex]) -> QPixmap:
        """The row that is dragged, or how many are."""
        if len(indexes) == 1:
            return self.viewport().grab(self.visualRect(indexes[0]))
        words = text_label(self, "value", self.tr("{count} chats").format(count=len(indexes)))
        words.setContentsMargins(*(themes.current.px(8) for _ in range(4)))
        words.adjustSize()
        picture = words.grab()
        words.deleteLater()
        return picture
