"""What a person does in the list of chats, carried out: renaming, pinning, deleting with its undo, searching."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.window.chats.sidebar import Sidebar
from app.store.records import Conversation

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.desktop.widgets.toast import Toast


class ChatList(QObject):
    """Listens to `sidebar`; `open_chat` shows a conversation that was brought back."""

    def __init__(
        self, calls: ServiceCalls, sidebar: Sidebar, toast: Toast, open_chat: Callable[[int], None]
    ) -> None:
        super().__init__(sidebar)
        self._calls, self._sidebar, self._toast, self._open_chat = calls, sidebar, toast, open_chat
        self._search: Task | None = None
        sidebar.rename_wanted.connect(
            lambda number, title: calls.do(lambda s: s.conversations.rename(number, title))
        )
        sidebar.pin_wanted.connect(
            lambda number, pinned: calls.do(lambda s: s.conversations.set_pinned(number, pinned))
        )
        sidebar.delete_wanted.connect(self.delete)
        sidebar.search_wanted.connect(self._search_chats)

    def delete(self, conversation: int) -> None:
        """Into the trash, with a way back for a while."""
        self._calls.do(lambda s: s.conversations.delete(conversation), self._deleted)

    def _deleted(self, conversation: Conversation) -> None:
        self._toast.say(self.tr("Chat deleted"), self.tr("Undo"), lambda: self._restore(conversation.id))

    def _restore(self, conversation: int) -> None:
        self._calls.do(
            lambda s: s.conversations.restore(conversation), lambda restored: self._open_chat(restored.id)
        )

    def _search_chats(self, query: str) -> None:
        if self._search is not None:
            self._search.cancel()
            self._search = None
        if query:
            self._search = self._calls.do(
                lambda s: s.conversations.search(query),
                lambda hits: self._sidebar.show_hits(query, hits),
                owner=self,
            )
