"""What a person does in the list of chats, carried out: each thing can be undone for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.window.chats.sidebar import Sidebar
from app.store.records import Conversation

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.desktop.widgets.toast import Toast
    from app.services.chat.filing import Filing


class ChatList(QObject):
    """Listens to `sidebar`; `open_chat` shows a conversation that was brought back. `filed` comes when chats were put
    somewhere else."""

    filed = Signal()

    def __init__(
        self, calls: ServiceCalls, sidebar: Sidebar, toast: Toast, open_chat: Callable[[int], None]
    ) -> None:
        super().__init__(sidebar)
        self._calls, self._sidebar, self._toast, self._open_chat = calls, sidebar, toast, open_chat
        self._search: Task | None = None
        menus = sidebar.menus
        sidebar.rename_wanted.connect(
            lambda number, title: calls.do(lambda s: s.conversations.rename(number, title))
        )
        menus.pin_wanted.connect(
            lambda number, pinned: calls.do(lambda s: s.conversations.set_pinned(number, pinned))
        )
        menus.delete_wanted.connect(self.delete)
        menus.archive_wanted.connect(self.archive)
        menus.move_wanted.connect(self.move)
        sidebar.search_wanted.connect(self._search_chats)

    def delete(self, chats: Sequence[int]) -> None:
        """Into the trash."""
        self._file(
            lambda filing: filing.delete(chats),
            self.tr("Chat deleted"),
            self.tr("{count} chats deleted"),
            reopens=list(chats) == [self._sidebar.open_chat],
        )

    def archive(self, chats: Sequence[int]) -> None:
        """Out of the list, still to be found and gone on with."""
        self._file(
            lambda filing: filing.archive(chats), self.tr("Chat archived"), self.tr("{count} chats archived")
        )

    def unarchive(self, chats: Sequence[int]) -> None:
        self._file(
            lambda filing: filing.unarchive(chats),
            self.tr("Chat is back in the list"),
            self.tr("{count} chats are back in the list"),
        )

    def restore(self, chats: Sequence[int]) -> None:
        """Out of the trash."""
        self._file(
            lambda filing: filing.restore(chats), self.tr("Chat restored"), self.tr("{count} chats restored")
        )

    def move(self, chats: Sequence[int], project: int | None, name: str = "") -> None:
        """Into a project, or out of theirs. `name` of one that is not in the list yet."""
        found = self._sidebar.model.project(project)
        name = name if found is None else found.name
        one, many = self.tr("Chat moved to “{name}”"), self.tr("{count} chats moved to “{name}”")
        if project is None:
            one, many = (
                self.tr("Chat moved out of its project"),
                self.tr("{count} chats moved out of their projects"),
            )
        self._file(lambda filing: filing.move(chats, project), one, many, name)

    def _file(
        self,
        work: Callable[[Filing], list[Conversation]],
        one: str,
        many: str,
        name: str = "",
        *,
        reopens: bool = False,
    ) -> None:
        """Do this and say so, of one chat or of many, with a way back, which opens the one again that was open."""
        self._calls.do(
            lambda s: work(s.filing),
            lambda before: self._say((one if len(before) == 1 else many), name, before, reopens),
        )

    def _say(self, words: str, name: str, before: list[Conversation], reopens: bool) -> None:
        self.filed.emit()
        self._toast.say(
            words.format(count=len(before), name=name),
            self.tr("Undo"),
            lambda: self._put_back(before, reopens),
        )

    def _put_back(self, before: list[Conversation], reopens: bool) -> None:
        self._calls.do(
            lambda s: s.filing.put_back(before),
            lambda _: self._was_put_back(before[0].id if reopens else None),
        )

    def _was_put_back(self, chat: int | None) -> None:
        self.filed.emit()
        if chat is not None:
            self._open_chat(chat)

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
