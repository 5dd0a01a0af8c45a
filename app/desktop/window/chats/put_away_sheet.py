"""The chats that are not in the list: archived ones, and those that were deleted in the last days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QItemSelectionModel,
    QLocale,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.desktop.base.theme import themes
from app.desktop.text.words import shown_title
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.layouts import Row as Line
from app.desktop.widgets.list_rows import ROOT, Index
from app.desktop.widgets.overlay import TOP, Overlay
from app.desktop.widgets.searched_list import SearchField, SideList
from app.desktop.window.chats.conversation_delegate import ConversationDelegate
from app.desktop.window.chats.conversation_model import Role
from app.desktop.window.chats.row import Row
from app.store.records import Conversation, SearchHit

WIDTH = 520
MOST_HEIGHT, LEAST_HEIGHT = 420, 90


class PutAwayModel(QAbstractListModel):
    """Chats with the day of their deletion, or of their last change."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._chats: list[Conversation] = []

    def show_chats(self, chats: Sequence[Conversation]) -> None:
        self.beginResetModel()
        self._chats = list(chats)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._chats)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        chat = self._chats[index.row()]
        if role == Role.CONVERSATION:
            return chat
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return shown_title(chat)
        if role == Role.ROW:
            return Row(conversation=chat, hit=SearchHit(chat, _day(chat)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{shown_title(chat)}, {_day(chat)}"
        return None


def _day(chat: Conversation) -> str:
    moment = QDateTime.fromSecsSinceEpoch(int(chat.deleted or chat.updated))
    return QLocale().toString(moment.date(), QLocale.FormatType.LongFormat)


class PutAwaySheet(Overlay):
    """Several chats can be chosen. `back_wanted` and `remove_wanted` carry their ids, `open_wanted` that of one.
    What is `archived` comes back to the list or goes to the trash; what is deleted is restored, or deleted for good.
    """

    back_wanted = Signal(list)
    remove_wanted = Signal(list)
    open_wanted = Signal(int)

    def __init__(self, parent: QWidget, *, archived: bool) -> None:
        super().__init__(parent, WIDTH)
        self._archived = archived
        self.title = text_label(self.card, "title", wraps=True)
        self._about = wrapped_label(self.card, "small", selectable=False)
        self.search = SearchField(self.card)
        self.list = SideList(self.card)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._model, self._found = PutAwayModel(self), QSortFilterProxyModel(self)
        self._found.setSourceModel(self._model)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list.setModel(self._found)
        self._delegate = ConversationDelegate(self.list, menus=False)
        self._delegate.several = True  # what is chosen is marked
        self.list.setItemDelegate(self._delegate)
        self._nothing = wrapped_label(self.card, "small", selectable=False)
        self.remove, self.close_it = push_button(self.card), push_button(self.card)
        self.back = push_button(self.card, "primary")
        foot = Line(self.remove, STRETCH, self.close_it, self.back, spacing=8)
        self.inside.set_margins(20, 18, 20, 18)
        for item in (self.title, self._about, self.search, self._nothing, self.list, foot):
            self.inside.add(item)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.list.clicked.disconnect(self.list.open_wanted)
        self.list.doubleClicked.connect(lambda _: self._enter())
        self.list.open_wanted.connect(self._enter_at)
        self.list.delete_wanted.connect(lambda _: self._tell(self.remove_wanted))
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_state())
        self.back.clicked.connect(lambda: self._tell(self.back_wanted))
        self.remove.clicked.connect(lambda: self._tell(self.remove_wanted))
        self.close_it.clicked.connect(self.close_overlay)

    def show_chats(self, chats: Sequence[Conversation]) -> None:
        at = self.list.currentIndex().row()
        self._model.show_chats(chats)
        self._stand_at(at)

    def open(self) -> None:
        self.search.clear()
        super().open()
        self._fit()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def chosen(self) -> list[int]:
        return [index.data(Role.CONVERSATION).id for index in self.list.selectedIndexes()]

    # Inside

    def _tell(self, signal: Any) -> None:
        if chosen := self.chosen():
            signal.emit(chosen)

    def _enter_at(self, index: QModelIndex) -> None:
        """Enter, which takes the row that the keys stand at where none is chosen."""
        if not self.chosen():
            self.list.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
        self._enter()

    def _enter(self) -> None:
        """An archived chat can be read where it is; a deleted one has to come back first."""
        chosen = self.chosen()
        if self._archived and len(chosen) == 1:
            self.close_overlay()
            self.open_wanted.emit(chosen[0])
        else:
            self._tell(self.back_wanted)

    def _search(self, text: str) -> None:
        self._found.setFilterFixedString(text.strip())
        self._stand_at(0)

    def _stand_at(self, row: int) -> None:
        """Where the keys go on from, with nothing chosen there."""
        near = self._found.index(max(0, min(row, self._found.rowCount() - 1)), 0)
        self.list.selectionModel().setCurrentIndex(near, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._show_state()

    def _show_state(self) -> None:
        query, empty = self.search.text().strip(), self._found.rowCount() == 0
        self._nothing.setVisible(empty)
        if query:
            self._nothing.setText(self.tr("No chat matches “{query}”.").format(query=query))
        elif self._archived:
            self._nothing.setText(self.tr("No chat is archived."))
        else:
            self._nothing.setText(self.tr("Nothing was deleted in the last 30 days."))
        any_chosen = self.list.selectionModel().hasSelection()
        self.back.setEnabled(any_chosen)
        self.remove.setEnabled(any_chosen)

    def _fit(self) -> None:
        px = themes.current.px
        around = self.card.sizeHint().height() - self.list.minimumHeight()
        room = self.height() - self.layout().contentsMargins().top() - px(18) - around
        self.list.setFixedHeight(min(px(MOST_HEIGHT), max(px(LEAST_HEIGHT), room)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        top = min(themes.current.px(TOP), self.height() // 8)
        self.layout().setContentsMargins(
            themes.current.px(18), top, themes.current.px(18), themes.current.px(18)
        )
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        if self._archived:
            title, about = (
                self.tr("Archived chats"),
                self.tr("Archived chats still appear in search. Double-click a chat to read it."),
            )
            back, remove = self.tr("Move to list"), self.tr("Delete")
        else:
            title = self.tr("Recently deleted")
            about = self.tr("Kept for 30 days, then permanently deleted.")
            back, remove = self.tr("Restore"), self.tr("Delete permanently")
        set_texts(self.title, title)
        self.card.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self._about.setText(about)
        set_texts(self.back, back)
        set_texts(self.remove, remove)
        set_texts(self.close_it, self.tr("Close"))
        self.search.setPlaceholderText(self.tr("Search chats"))
        self.search.setAccessibleName(self.tr("Search chats"))
        self._show_state()

    def restyle(self) -> None:
        super().restyle()
        self.list.doItemsLayout()
        self._fit()
