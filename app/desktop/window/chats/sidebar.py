"""The conversations beside the chat: search, new chat, the list of projects and days, and what was put away."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import msgspec
from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QMenu, QPushButton, QWidget

from app.desktop.widgets.labels import name_icon
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.searched_list import SearchedList
from app.desktop.widgets.side_row import SideRow
from app.desktop.window.chats.bulk_bar import BulkBar
from app.desktop.window.chats.chat_menus import ChatMenus
from app.desktop.window.chats.chats_view import ChatsView
from app.desktop.window.chats.conversation_delegate import ConversationDelegate
from app.desktop.window.chats.conversation_model import ConversationModel, Role
from app.desktop.window.chats.row import Row
from app.store.records import Conversation, Project, SearchHit

SEARCH_DELAY_MS = 120
# How often the headings are compared with the calendar.
DAY_CHECK_MS = 60_000


class Sidebar(SearchedList):
    """Shows conversations and projects and tells what a person wants done with them; touches no service itself.

    `menus` tells what is chosen in a menu. `folded_changed` comes when the chats of a project are hidden or shown.
    """

    new_wanted = Signal()
    open_wanted = Signal(int)
    # A conversation at one of its messages, and the words that were found there.
    hit_wanted = Signal(int, int, str)
    rename_wanted = Signal(int, str)
    search_wanted = Signal(str)
    folded_changed = Signal()
    archived_wanted = Signal()
    deleted_wanted = Signal()
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, ChatsView)
        self.model = ConversationModel(self)
        self.menus = ChatMenus(self.model, self)
        self._told: dict[int, Conversation] | None = {}  # while the list is read, which is older
        self.open_chat: int | None = None  # which the page shows
        self._pending: dict[int, Conversation] = {}
        self.search.setClearButtonEnabled(False)
        assert isinstance(self.list, ChatsView)
        self._view = self.list
        # What is shown is asked for each row whenever rows are laid out: of Qt's own code, not of ours.
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self.model)
        self._view.setModel(self._shown)
        self._delegate = ConversationDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self.bulk = BulkBar(self)
        self.new_project, self.archived, self.deleted = (
            SideRow(self, symbol=symbol) for symbol in ("folder-plus", "archive", "trash-2")
        )
        self.column.addWidget(self.bulk)
        foot = (self.new_project, self.archived, self.deleted)
        self.column.addLayout(Column(*foot, margins=(0, 0, 0, 8), spacing=0))
        self._typed = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._days = QTimer(self, interval=DAY_CHECK_MS)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_wanted)
        self.search.textChanged.connect(self._search_changed)
        self.search.returnPressed.connect(self._open_first)
        self._typed.timeout.connect(lambda: self.search_wanted.emit(self.search.text().strip()))
        self._days.timeout.connect(self._refresh_day)
        self.model.renamed.connect(self.rename_wanted)
        self.model.dropped.connect(self.menus.move_wanted)
        view, menus = self._view, self.menus
        view.open_wanted.connect(self._open)
        view.delete_wanted.connect(self._delete)
        view.menu_wanted.connect(lambda index, place: self.menu(index).popup(place))
        view.fold_wanted.connect(self.fold)
        view.new_in_wanted.connect(menus.new_in_wanted)
        view.settings_wanted.connect(lambda project: menus.project_wanted.emit(project, []))
        view.files_dropped.connect(self.files_dropped)
        view.selectionModel().selectionChanged.connect(lambda *_: self._show_chosen())
        menus.rename_wanted.connect(self.edit_title)
        self.bulk.move_wanted.connect(self._offer_places)
        self.bulk.archive_wanted.connect(lambda: menus.archive_wanted.emit(view.chosen()))
        self.bulk.delete_wanted.connect(lambda: menus.delete_wanted.emit(view.chosen()))
        self.bulk.done.connect(lambda: view.setCurrentIndex(view.currentIndex()))
        self.new_project.clicked.connect(lambda: menus.project_wanted.emit(None, []))
        self.archived.clicked.connect(self.archived_wanted)
        self.deleted.clicked.connect(self.deleted_wanted)
        self._delegate.closeEditor.connect(lambda: QTimer.singleShot(0, self, self._take_pending))

    # What the window tells

    def show_first(self, conversations: Sequence[Conversation]) -> None:
        """The list as far as it is known while it is being read."""
        self.model.set_conversations(conversations)
        self._show_state()

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """The list was read. What was told meanwhile holds."""
        told, self._told = self._told, None
        self.model.set_conversations(conversations)
        if told:
            self.model.change(list(told.values()))
        self._show_state()

    def set_projects(self, projects: Sequence[Project]) -> None:
        self.model.set_projects(projects)
        self._mark_open()
        self._show_state()

    def change(self, conversations: Sequence[Conversation]) -> None:
        """Conversations changed. While a title is being edited the list stands still."""
        if self._told is not None:
            self._told.update((conversation.id, conversation) for conversation in conversations)
        if self.list.state() == QAbstractItemView.State.EditingState:
            self._pending.update((conversation.id, conversation) for conversation in conversations)
            return
        self.model.change(conversations)
        self._mark_open()
        self._show_state()

    def reread(self, conversations: Sequence[Conversation]) -> list[Conversation]:
        """These are all that are kept now: another process has written. Returns those that it deleted, as deleted."""
        kept, now = {conversation.id for conversation in conversations}, time.time()
        gone = [
            msgspec.structs.replace(conversation, deleted=now)
            for conversation in self.model.conversations()
            if conversation.id not in kept and not conversation.temporary
        ]
        changed = [each for each in conversations if self.model.conversation(each.id) != each]
        if changed or gone:
            self.change([*changed, *gone])
        return gone

    def show_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """The answer of a search; ignored when the field says something else by now."""
        if query == self.search.text().strip() and query:
            self.list.setUniformItemSizes(False)
            self.model.show_hits(hits)
            self._mark_open()
            self._show_state()

    def show_open(self, conversation: int | None) -> None:
        """Mark the conversation that the chat page shows."""
        self.open_chat = conversation
        self._mark_open()
        index = self.index_of(conversation)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def index_of(self, conversation: int | None) -> QModelIndex:
        """Where a conversation is in `list`, if it is shown."""
        return self._shown.mapFromSource(self.model.index_of(conversation))

    def show_answering(self, conversations: set[int]) -> None:
        self.model.answering = frozenset(conversations)
        self.list.viewport().update()

    def show_asking(self, conversations: set[int]) -> None:
        self.model.asking = frozenset(conversations)
        self.list.viewport().update()

    def edit_title(self, conversation: int) -> None:
        index = self.index_of(conversation)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.edit(index)

    def fold(self, project: int, on: bool) -> None:
        """Hide the chats of a project, or show them."""
        folded = self.model.folded | {project} if on else self.model.folded - {project}
        if folded != self.model.folded:
            self.set_folded(folded)
            self.folded_changed.emit()

    def set_folded(self, projects: Iterable[int]) -> None:
        self.model.fold(projects)
        self._mark_open()

    def chosen(self) -> list[int]:
        """Chats that are chosen together; one alone is only where the keys are."""
        chosen = self._view.chosen()
        return chosen if len(chosen) > 1 else []

    def offer_places(self, chats: Sequence[int]) -> None:
        """Where these chats can be moved, beside the first of them."""
        index = self.index_of(chats[0])
        at = self.list.viewport().mapToGlobal(self.list.visualRect(index).bottomLeft())
        self.menus.of_places(chats).popup(at if index.isValid() else self.mapToGlobal(QPoint(0, 0)))

    # Inside

    def _open(self, index: QModelIndex) -> None:
        row: Row = index.data(Role.ROW)
        if row.project is not None:
            self.fold(row.project.id, not index.data(Role.FOLDED))
        elif row.hit is not None and row.hit.message is not None:
            self.hit_wanted.emit(row.hit.conversation.id, row.hit.message, self.search.text())
        elif row.conversation is not None:
            self.open_wanted.emit(row.conversation.id)

    def _delete(self, index: QModelIndex) -> None:
        if (project := index.data(Role.PROJECT)) is not None:
            self.menus.project_delete_wanted.emit(project.id)
        elif index.data(Role.CONVERSATION) is not None:
            self.menus.delete_wanted.emit(self._meant(index))

    def _meant(self, index: QModelIndex) -> list[int]:
        """The chats that are chosen with this one, or this alone."""
        number, chosen = index.data(Role.CONVERSATION).id, self._view.chosen()
        return chosen if number in chosen else [number]

    def menu(self, index: QModelIndex) -> QMenu:
        """The menu of a row. It deletes itself when it closes."""
        if (project := index.data(Role.PROJECT)) is not None:
            return self.menus.of_project(project)
        meant = self._meant(index)
        return (
            self.menus.of_chats(meant)
            if len(meant) > 1
            else self.menus.of_chat(index.data(Role.CONVERSATION))
        )

    def _offer_places(self, button: QPushButton) -> None:
        self.menus.of_places(self._view.chosen()).popup(button.mapToGlobal(button.rect().topLeft()))

    def _show_chosen(self) -> None:
        ranges = self.list.selectionModel().selection().toList()
        count = sum(self.model.count_chats(each.top(), each.bottom()) for each in ranges)
        if (count > 1) != self._delegate.several:
            self._delegate.several = count > 1
            self.list.viewport().update()
        self.bulk.show_count(count)

    def _mark_open(self) -> None:
        """Paint the rows anew that are concerned: the others are many."""
        before, self._delegate.open = self._delegate.open, self.model.key_of(self.open_chat)
        if before != self._delegate.open:
            for key in (before, self._delegate.open):
                self.list.update(self._shown.mapFromSource(self.model.index_of_key(key)))

    def _search_changed(self, text: str) -> None:
        if text.strip():
            self._typed.start()
            return
        self._typed.stop()
        self.search_wanted.emit("")
        self.list.setUniformItemSizes(True)
        self.model.show_hits(None)
        self._show_state()
        self.show_open(self.open_chat)

    def _open_first(self) -> None:
        if self.model.searching() and self.model.rowCount():
            self._open(self.model.index(0))

    def _take_pending(self) -> None:
        pending, self._pending = self._pending, {}
        if pending:
            self.change(list(pending.values()))

    def _refresh_day(self) -> None:
        if self.list.state() != QAbstractItemView.State.EditingState:
            self.model.refresh_day()

    def _show_state(self) -> None:
        empty = self.model.rowCount() == 0 and self._told is None
        self._empty.setVisible(empty)
        self.archived.setVisible(self.model.has_archived())
        if self.model.searching():
            self._empty.setText(
                self.tr("No chat matches “{query}”.").format(query=self.search.text().strip())
            )
        else:
            self._empty.setText(self.tr("Your chats will appear here."))

    def retranslate(self) -> None:
        self.search.setPlaceholderText(self.tr("Search chats"))
        self.search.setAccessibleName(self.tr("Search chats"))
        name_icon(self.new, self.tr("New chat"))
        self.list.setAccessibleName(self.tr("Chats"))
        self.new_project.show_words(self.tr("New project"))
        self.archived.show_words(self.tr("Archived"))
        self.deleted.show_words(self.tr("Recently deleted"))
        self.bulk.retranslate()
        self.model.refresh_words()
        self._show_state()

    def showEvent(self, event: object) -> None:
        self._refresh_day()
        self._days.start()

    def hideEvent(self, event: object) -> None:
        self._days.stop()
        self._typed.stop()
