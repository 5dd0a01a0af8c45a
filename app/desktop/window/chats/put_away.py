"""What is done in the lists of archived and of deleted chats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.window.chats.chat_list import ChatList

if TYPE_CHECKING:
    from app.desktop.widgets.toast import Toast
    from app.desktop.window.chats.put_away_sheet import PutAwaySheet
    from app.services.services import Services
    from app.store.records import Conversation


class PutAway(QObject):
    """Opens `sheet`; `chats` does what can be undone."""

    def __init__(
        self, calls: ServiceCalls, chats: ChatList, toast: Toast, open_chat: Callable[[int], None]
    ) -> None:
        super().__init__(chats)
        self._calls, self._chats, self._toast, self._open_chat = calls, chats, toast, open_chat
        self._archived = False
        self._going: frozenset[int] = frozenset()  # until their deletion can no longer be undone
        self._sheets: dict[bool, PutAwaySheet] = {}
        chats.filed.connect(self._reload)

    @property
    def sheet(self) -> PutAwaySheet | None:
        """The one that was opened last."""
        return self._sheets.get(self._archived)

    def open(self, *, archived: bool) -> None:
        self._archived = archived
        if archived not in self._sheets:
            from app.desktop.window.chats.put_away_sheet import PutAwaySheet

            sheet = self._sheets[archived] = PutAwaySheet(self._toast.window(), archived=archived)
            sheet.back_wanted.connect(self._chats.unarchive if archived else self._chats.restore)
            sheet.remove_wanted.connect(self._chats.delete if archived else self._purge)
            sheet.open_wanted.connect(self._open_chat)
        self._sheets[archived].open()
        self._reload()

    def _reload(self) -> None:
        sheet, archived = self.sheet, self._archived
        if sheet is not None and sheet.isVisible():
            self._calls.do(lambda s: _chats(s, archived), self._show, owner=self)

    def _show(self, found: Sequence[Conversation]) -> None:
        if self.sheet is not None:
            self.sheet.show_chats([chat for chat in found if chat.id not in self._going])

    def _purge(self, chats: list[int]) -> None:
        """Once nobody has taken it back."""
        one, many = self.tr("Chat permanently deleted"), self.tr("{count} chats permanently deleted")
        words = (one if len(chats) == 1 else many).format(count=len(chats))
        self._toast.say(
            words,
            self.tr("Undo"),
            lambda: self._keep(chats),
            lambda: self._delete_now(chats),
        )
        self._going |= set(chats)
        self._reload()

    def _delete_now(self, chats: list[int]) -> None:
        self._calls.do(lambda s: s.filing.purge(chats), lambda _: self._keep(chats))

    def _keep(self, chats: list[int]) -> None:
        self._going -= set(chats)
        self._reload()


def _chats(services: Services, archived: bool) -> list[Conversation]:
    if archived:
        return [chat for chat in services.conversations.all() if chat.archived]
    return services.conversations.trash()
