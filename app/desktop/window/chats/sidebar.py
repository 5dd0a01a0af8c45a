"""The conversations beside the chat: search, new chat, and the list by day."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from app.desktop.base.icons import icon
from app.desktop.widgets.labels import name_icon
from app.desktop.widgets.searched_list import SearchedList
from app.desktop.window.chats.conversation_delegate import ConversationDelegate
from app.desktop.window.chats.conversation_model import ConversationModel, Role
from app.store.records import Conversation, SearchHit

SEARCH_DELAY_MS = 120
# How often the headings are compared with the calendar.
DAY_CHECK_MS = 60_000


class Sidebar(SearchedList):
    """Shows conversations and tells what a person wants done with them; touches no service itself."""

    new_wanted = Signal()
    open_wanted = Signal(int)
    # A conversation at one of its messages, and the words that were found there.
    hit_wanted = Signal(int, int, str)
    rename_wanted = Signal(int, str)
    pin_wanted = Signal(int, bool)
    delete_wanted = Signal(int)
    search_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ConversationModel(self)
        self._loading = True
        self._pending: list[Conversation] = []
        self.search.setClearButtonEnabled(False)
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.list.setModel(self.model)
        self._delegate = ConversationDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self._typed = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._days = QTimer(self, interval=DAY_CHECK_MS)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_wanted)
        self.search.textChanged.connect(self._search_changed)
        self.search.returnPressed.connect(self._open_first)
        self._typed.timeout.connect(lambda: self.search_wanted.emit(self.search.text().strip()))
        self._days.timeout.connect(self._refresh_days)
        self.model.renamed.connect(self.rename_wanted)
        self.list.open_wanted.connect(self._open)
        self.list.delete_wanted.connect(lambda index: self._with(index, self.delete_wanted.emit))
        self.list.menu_wanted.connect(self._show_menu)
        self._delegate.closeEditor.connect(lambda: QTimer.singleShot(0, self, self._take_pending))

    # What the window tells

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        self._loading = False
        self.model.set_conversations(conversations)
        self._show_state()

    def change(self, conversation: Conversation) -> None:
        """One conversation changed. While a title is being edited the list stands still."""
        if self.list.state() == QAbstractItemView.State.EditingState:
            self._pending.append(conversation)
            return
        focused = self.list.currentIndex().data(Role.CONVERSATION)
        self.model.change(conversation)
        if focused is not None:
            self.list.setCurrentIndex(self.model.index_of(focused.id))
        self._show_state()

    def show_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """The answer of a search; ignored when the field says something else by now."""
        if query == self.search.text().strip() and query:
            self.list.setUniformItemSizes(False)
            self.model.show_hits(hits)
            self._show_state()

    def show_open(self, conversation: int | None) -> None:
        """Mark the conversation that the chat page shows."""
        self._delegate.open = conversation
        index = self.model.index_of(conversation)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
        self.list.viewport().update()

    def show_answering(self, conversations: set[int]) -> None:
        self.model.answering = frozenset(conversations)
        self.list.viewport().update()

    def show_asking(self, conversations: set[int]) -> None:
        self.model.asking = frozenset(conversations)
        self.list.viewport().update()

    def edit_title(self, conversation: int) -> None:
        index = self.model.index_of(conversation)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.edit(index)

    # Inside

    def _with(self, index: QModelIndex, tell: object) -> None:
        conversation = index.data(Role.CONVERSATION)
        if conversation is not None:
            tell(conversation.id)  # type: ignore[operator]

    def _open(self, index: QModelIndex) -> None:
        hit: SearchHit | None = index.data(Role.HIT)
        if hit is not None and hit.message is not None:
            self.hit_wanted.emit(hit.conversation.id, hit.message, self.search.text())
        else:
            self._with(index, self.open_wanted.emit)

    def _search_changed(self, text: str) -> None:
        if text.strip():
            self._typed.start()
            return
        self._typed.stop()
        self.search_wanted.emit("")
        self.model.show_hits(None)
        self.list.setUniformItemSizes(True)
        self._show_state()
        self.show_open(self._delegate.open)

    def _open_first(self) -> None:
        if self.model.searching() and self.model.rowCount():
            self._open(self.model.index(0))

    def _take_pending(self) -> None:
        pending, self._pending = self._pending, []
        for conversation in pending:
            self.change(conversation)

    def _refresh_days(self) -> None:
        if self.list.state() != QAbstractItemView.State.EditingState:
            self.model.refresh_days()

    def _show_menu(self, index: QModelIndex, place: QPoint) -> None:
        self.menu(index.data(Role.CONVERSATION)).popup(place)

    def menu(self, conversation: Conversation) -> QMenu:
        """The menu of one conversation. It deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        number = conversation.id
        menu.addAction(icon("pencil"), self.tr("Rename"), lambda: self.edit_title(number))
        if conversation.pinned:
            menu.addAction(icon("pin-off"), self.tr("Unpin"), lambda: self.pin_wanted.emit(number, False))
        else:
            menu.addAction(icon("pin"), self.tr("Pin"), lambda: self.pin_wanted.emit(number, True))
        menu.addSeparator()
        menu.addAction(icon("trash-2"), self.tr("Delete"), lambda: self.delete_wanted.emit(number))
        return menu

    def _show_state(self) -> None:
        empty = self.model.rowCount() == 0 and not self._loading
        self._empty.setVisible(empty)
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
        self.model.refresh_days()
        self._show_state()

    def showEvent(self, event: object) -> None:
        self._refresh_days()
        self._days.start()

    def hideEvent(self, event: object) -> None:
        self._days.stop()
        self._typed.stop()
