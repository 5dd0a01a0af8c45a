"""A window with one chat: its page, and what belongs to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.chat.conversation_panel import ConversationPanel
from app.desktop.text.words import shown_title
from app.desktop.widgets.banner import Banner
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.toast import Toast
from app.desktop.window.chat_navigation import ChatNavigation
from app.desktop.window.chat_windows.deleted_page import DeletedPage
from app.desktop.window.chats.chat_menus import ChatMenus
from app.desktop.window.chats.conversation_model import ConversationModel
from app.desktop.window.export.chat_exports import ChatExports
from app.desktop.window.save_strip import SaveStrip
from app.services.chat.events import ConversationChanged
from app.services.events import ServiceEvent
from app.services.settings.settings import Settings
from app.store.records import Conversation
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

Commands = Mapping[str, Callable[[], object]]


class _Navigation(ChatNavigation):
    """`beyond`: what the main window does."""

    def __init__(
        self,
        window: ChatWindow,
        chats: ConversationModel,
        menus: ChatMenus,
        beyond: Commands,
    ) -> None:
        self._beyond, self._stack, self._page = beyond, window.stack, window.chat
        self._close = window.close
        super().__init__(window, window.chat, window.panel, window.toast, chats, menus)

    def commands(self) -> dict[str, Callable[[], object]]:
        return {**super().commands(), **self._beyond, "close_window": self._close}

    def show_chat(self) -> None:
        self._stack.setCurrentWidget(self._page)


class ChatWindow(ThemedWidget):
    """Shows the chat that `chat` does. `ended` comes when it is closed and has nothing more to save: it can be
    deleted then. `changed` comes when it shows another chat."""

    ended = Signal(object)
    changed = Signal()

    def __init__(
        self, services: Services, chats: ConversationModel, menus: ChatMenus, beyond: Commands
    ) -> None:
        super().__init__()
        self.setObjectName("chat_window")
        self._deleted: Conversation | None = None
        self.calls = ServiceCalls(self)
        self.calls.attach(services)
        self.stack = QStackedWidget(self)
        self.chat = ChatPage(self.calls, ComposerFrame(self), self)
        self.deleted = DeletedPage(self)
        self.save_strip, self.strip = SaveStrip(self), Banner(self)
        self.panel = ConversationPanel(self.calls, self.chat)
        self.toast = Toast(self, self.chat.room.strip)
        self.toast.stand_above(self.chat.composer)
        self.toast.stand_above(self.chat.inserting.list)
        self.go = _Navigation(self, chats, menus, beyond)
        self.exports = ChatExports(self.calls, self.toast, chats.conversation, self)
        for page in (self.chat, self.deleted):
            self.stack.addWidget(page)
        Column(self.save_strip, self.strip, (self.stack, 1), parent=self, spacing=0)
        self._connect()
        self.refresh()
        self.take_settings(services.settings.current)
        self.take_events([services.models.state])

    def _connect(self) -> None:
        chat = self.chat
        self.calls.failed.connect(self._show_error)
        self.calls.damaged.connect(self.save_strip.offer_restore)
        chat.said.connect(self.toast.notify)
        chat.shown.opened.connect(self._opened)
        chat.shown.details_changed.connect(self._show_title)
        chat.shown.deleted.connect(self._show_deleted)
        self.deleted.restore_wanted.connect(self._restore)
        self.deleted.close_wanted.connect(self.close)
        self.go.export_wanted.connect(self.exports.ask)

    @property
    def conversation(self) -> int | None:
        """The chat that is shown."""
        return self.chat.shown.now.id

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.chat.take_events(events)
        self.save_strip.take_events(events)
        for event in events:
            if isinstance(event, ConversationChanged) and self._deleted is not None:
                self._take_deleted(self._deleted, event.conversation)

    def take_settings(self, settings: Settings) -> None:
        self.chat.take_settings(settings)
        self.panel.take_settings(settings)

    # Inside

    def _opened(self, _: int | None) -> None:
        self._deleted = None
        self.stack.setCurrentWidget(self.chat)
        self._show_title()
        self.changed.emit()

    def _show_title(self) -> None:
        shown = self._deleted or self.chat.shown.now.conversation
        if shown is not None:
            title = shown_title(shown)
        else:
            title = "Coterie" if self.chat.views.is_waiting() else self.tr("New chat")
        self.setWindowTitle(title)
        self.setAccessibleName(title)

    def _show_deleted(self, conversation: Conversation) -> None:
        self._deleted = conversation
        self._show_title()
        self.deleted.show_chat(shown_title(conversation))
        self.stack.setCurrentWidget(self.deleted)
        self.deleted.restore.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore(self) -> None:
        if (deleted := self._deleted) is not None:
            self.calls.do(lambda s: s.filing.restore([deleted.id]), self._was_restored, owner=self)

    def _was_restored(self, before: list[Conversation]) -> None:
        if not before:  # it was deleted for good meanwhile
            self.close()

    def _take_deleted(self, before: Conversation, now: Conversation) -> None:
        """It may have been brought back, here or elsewhere."""
        if now.id == before.id and now.deleted is None:
            self.chat.shown.open(now.id)

    def _show_error(self, error: UserError) -> None:
        self.strip.say(languages.tell(error), colour="bad")
        if self.isHidden():
            self.ended.emit(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.go.stop_or_close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """What is written stays a draft, in a chat that is made for it where there was none."""
        self.chat.composer.flush_draft()
        self.chat.queue.strip.clear()
        self.chat.sources.close()
        self.toast.dismiss()
        super().closeEvent(event)
        now = self.chat.shown.now
        if now.creating and not now.opening:
            self.chat.shown.with_conversation(lambda _: self.ended.emit(self))
        else:
            self.ended.emit(self)

    def retranslate(self) -> None:
        self._show_title()
        self.go.retranslate()

    def restyle(self) -> None:
        px = themes.current.px
        self.setMinimumSize(max(400, px(320)), max(320, px(220)))
