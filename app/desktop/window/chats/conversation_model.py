"""What the list of chats shows of its rows, and where chats can be dragged to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal

from app.desktop.text.words import shown_title
from app.desktop.widgets.list_rows import Index
from app.desktop.window.chats.chat_rows import ChatRows
from app.desktop.window.chats.grouping import Group
from app.desktop.window.chats.row import Row
from app.desktop.window.chats.row_text import group_title, said_of_chat, said_of_project
from app.store.records import Conversation

# What is dragged: the ids of chats, with spaces between.
DRAGGED = "application/x-coterie-chats"


# What can be done with rows; worked out once, as it is asked for whenever one is drawn.
FOUND = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
PROJECT = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDropEnabled
HEADING = Qt.ItemFlag.ItemIsDropEnabled  # chats come out of their projects there, and below the list
CHAT = FOUND | PROJECT | Qt.ItemFlag.ItemIsDragEnabled


class Role(IntEnum):
    ROW = Qt.ItemDataRole.UserRole
    CONVERSATION = Qt.ItemDataRole.UserRole + 1
    # "asks" for a person, "answers", or "".
    DOES = Qt.ItemDataRole.UserRole + 2
    # The project that a heading is of, whether it is folded, and how many chats it has.
    PROJECT = Qt.ItemDataRole.UserRole + 3
    FOLDED = Qt.ItemDataRole.UserRole + 4
    COUNT = Qt.ItemDataRole.UserRole + 5


class ConversationModel(ChatRows):
    """`renamed` comes from inline editing, `dropped` carries the ids of chats that were dragged to a project, or to
    None.

    `answering` are the conversations with a running answer, `asking` those that wait for an answer themselves. A view
    is repainted by whoever sets them: told by `dataChanged` it would take away what is being typed into a title.
    """

    renamed = Signal(int, str)
    dropped = Signal(list, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.answering: frozenset[int] = frozenset()
        self.asking: frozenset[int] = frozenset()

    def refresh_words(self) -> None:
        """The language changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    # What a view asks

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Role.ROW:
            return row
        if row.group is not None:
            return self._heading_data(row, row.group, role)
        assert row.conversation is not None
        return self._chat_data(row.conversation, role)

    def _heading_data(self, row: Row, group: Group, role: int) -> Any:
        words = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if row.project is None:
            return group_title(group) if words else None
        count = self._counts[row.project.id]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return said_of_project(row.project.name, count, folded=row.project.id in self.folded)
        if words or role == Qt.ItemDataRole.ToolTipRole:
            return row.project.name
        if role == Role.PROJECT:
            return row.project
        if role == Role.FOLDED:
            return row.project.id in self.folded
        return count if role == Role.COUNT else None

    def _chat_data(self, chat: Conversation, role: int) -> Any:
        if role == Role.CONVERSATION:
            return chat
        if role == Role.DOES:
            return "asks" if chat.id in self.asking else "answers" if chat.id in self.answering else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return said_of_chat(chat, asks=chat.id in self.asking, answers=chat.id in self.answering)
        if role == Qt.ItemDataRole.EditRole:
            return chat.title
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return shown_title(chat)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self._rows[index.row()] if index.isValid() else None
        if row is not None and row.conversation is not None:
            return FOUND if self._hits is not None else CHAT
        return PROJECT if row is not None and row.project is not None else HEADING

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        conversation = self.data(index, Role.CONVERSATION)
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or conversation is None or title in ("", conversation.title):
            return False
        self.renamed.emit(conversation.id, title)
        return True

    # Dragging chats to a project

    def mimeTypes(self) -> list[str]:
        return [DRAGGED]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data, chats = QMimeData(), [index.data(Role.CONVERSATION) for index in indexes]
        data.setData(DRAGGED, " ".join(str(chat.id) for chat in chats if chat is not None).encode())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        project = self._project_at(parent)
        chats = [self._conversations.get(number) for number in dragged(data)]
        return self._hits is None and any(chat is not None and chat.project != project for chat in chats)

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if self.canDropMimeData(data, action, row, column, parent):
            self.dropped.emit(dragged(data), self._project_at(parent))
        return False  # the rows are moved when the chats are

    def _project_at(self, index: Index) -> int | None:
        """The project of a row, None for what belongs to none."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if row.conversation is None:
            return None if row.project is None else row.project.id
        return row.conversation.project if row.conversation.project in self._projects else None


def dragged(data: QMimeData) -> list[int]:
    """The ids of chats that are dragged."""
    return [int(number) for number in bytes(data.data(DRAGGED).data()).split()]
