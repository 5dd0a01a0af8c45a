"""The rows of the sidebar: headings and conversations, or the hits of a search."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QDate,
    QLocale,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)

from app.desktop.text.words import shown_title
from app.desktop.widgets.list_rows import ROOT, Index, take_over
from app.desktop.window.chats.grouping import Group, grouped
from app.store.records import Conversation, SearchHit


class Role(IntEnum):
    CONVERSATION = Qt.ItemDataRole.UserRole
    HEADING = Qt.ItemDataRole.UserRole + 1
    SNIPPET = Qt.ItemDataRole.UserRole + 2
    ANSWERING = Qt.ItemDataRole.UserRole + 3
    ASKING = Qt.ItemDataRole.UserRole + 4
    HIT = Qt.ItemDataRole.UserRole + 5


class Row(NamedTuple):
    """A heading (`group`) or a conversation, which a search found when it has a `hit`."""

    group: Group | None = None
    conversation: Conversation | None = None
    hit: SearchHit | None = None

    def key(self) -> Hashable:
        return self.group if self.conversation is None else self.conversation.id


def group_title(group: Group) -> str:
    """The heading of a group in the language that is on."""
    translate = QCoreApplication.translate
    form = translate("Conversations", "MMMM yyyy", "a month as a heading, in the letters of QDate")
    return {
        "pinned": translate("Conversations", "Pinned"),
        "today": translate("Conversations", "Today"),
        "yesterday": translate("Conversations", "Yesterday"),
        "week": translate("Conversations", "Last 7 days"),
        "thirty_days": translate("Conversations", "Last 30 days"),
    }.get(group.kind) or QLocale().toString(QDate(group.year, group.month, 1), form)


class ConversationModel(QAbstractListModel):
    """All conversations under their headings, or what a search found. `renamed` comes from inline editing.

    `answering` are the conversations with a running answer, `asking` those that wait for an answer themselves. A view
    is repainted by whoever sets them: told by `dataChanged` it would take away what is being typed into a title.
    """

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conversations: dict[int, Conversation] = {}
        self._hits: list[SearchHit] | None = None
        self._rows: list[Row] = []
        self.answering: frozenset[int] = frozenset()
        self.asking: frozenset[int] = frozenset()

    # What is shown

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        self._conversations = {c.id: c for c in conversations if c.deleted is None}
        self._rebuild()

    def change(self, conversation: Conversation) -> None:
        """One conversation was made, changed, deleted or restored."""
        if conversation.deleted is None:
            self._conversations[conversation.id] = conversation
        else:
            self._conversations.pop(conversation.id, None)
            if self._hits is not None:
                self._hits = [hit for hit in self._hits if hit.conversation.id != conversation.id]
        self._rebuild()

    def show_hits(self, hits: Sequence[SearchHit] | None) -> None:
        """Show what a search found; None goes back to the whole list."""
        self._hits = None if hits is None else list(hits)
        self._rebuild()

    def refresh_days(self) -> None:
        """Midnight passed, or the language changed."""
        self._rebuild()
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def searching(self) -> bool:
        return self._hits is not None

    def conversations(self) -> list[Conversation]:
        """All conversations, the last changed first."""
        return sorted(self._conversations.values(), key=lambda c: c.updated, reverse=True)

    def conversation(self, conversation: int) -> Conversation | None:
        return self._conversations.get(conversation)

    def index_of(self, conversation: int | None) -> QModelIndex:
        for number, row in enumerate(self._rows):
            if row.conversation is not None and row.conversation.id == conversation:
                return self.index(number)
        return QModelIndex()

    def neighbour(self, conversation: int | None, step: int) -> int | None:
        """The conversation `step` places below the given one in what is shown; the first one below none."""
        shown = [row.conversation.id for row in self._rows if row.conversation is not None]
        if conversation not in shown:
            return shown[0] if shown and step > 0 else None
        place = shown.index(conversation) + step
        return shown[place] if 0 <= place < len(shown) else None

    def _wanted(self) -> list[Row]:
        if self._hits is not None:
            # A hit may be renamed while it is shown; an archived one is not among those of the list.
            return [
                Row(conversation=self._conversations.get(hit.conversation.id, hit.conversation), hit=hit)
                for hit in self._hits
            ]
        rows = []
        for group, members in grouped(self._conversations.values(), date.today()):
            rows.append(Row(group=group))
            rows += [Row(conversation=member) for member in members]
        return rows

    def _rebuild(self) -> None:
        take_over(self, self._rows, self._wanted())

    # What a view asks

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if row.group is not None:
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return group_title(row.group)
            return True if role == Role.HEADING else None
        assert row.conversation is not None
        if role == Role.CONVERSATION:
            return row.conversation
        if role == Role.SNIPPET:
            return row.hit.snippet if row.hit is not None else ""
        if role == Role.HIT:
            return row.hit
        if role == Role.ANSWERING:
            return row.conversation.id in self.answering
        if role == Role.ASKING:
            return row.conversation.id in self.asking
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._said(row.conversation)
        if role == Qt.ItemDataRole.EditRole:
            return row.conversation.title
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return shown_title(row.conversation)
        return None

    def _said(self, conversation: Conversation) -> str:
        """The title, and what the dot beside it means."""
        translate, title = QCoreApplication.translate, shown_title(conversation)
        if conversation.id in self.asking:
            return translate("Conversations", "{title}, needs you").format(title=title)
        if conversation.id in self.answering:
            return translate("Conversations", "{title}, an answer is being written").format(title=title)
        return title

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].group is not None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        conversation = self.data(index, Role.CONVERSATION)
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or conversation is None or title in ("", conversation.title):
            return False
        self.renamed.emit(conversation.id, title)
        return True
