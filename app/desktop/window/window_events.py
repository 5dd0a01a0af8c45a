"""What services tell, brought to the parts of the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.bridge import Bridge
    from app.desktop.window.window_parts import WindowParts
    from app.services.events import ServiceEvent
    from app.services.settings.settings import Settings
    from app.store.records import Conversation


class WindowEvents(QObject):
    """Listens to `bridge`; `read` asks for the list of chats when the data is open."""

    def __init__(self, window: WindowParts, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        bridge.events.connect(self.take)
        bridge.settings_changed.connect(self.take_settings)

    def take(self, events: list[ServiceEvent]) -> None:
        from app.services.chat.events import (
            ConversationChanged,
            ConversationsImported,
            ConversationsReread,
            ProjectsChanged,
        )
        from app.services.models.events import ModelReplanned

        window = self._window
        window.chat.take_events(events)
        if changed := [event.conversation for event in events if isinstance(event, ConversationChanged)]:
            window.sidebar.change(changed)
        for event in events:
            if isinstance(event, ConversationsImported):
                window.sidebar.change(event.conversations)
            elif isinstance(event, ConversationsReread):
                window.sidebar.set_projects(event.projects)
                gone: list[ServiceEvent] = [
                    ConversationChanged(each) for each in window.sidebar.reread(event.conversations)
                ]
                window.chat.take_events(gone)
                window.windows.take_events(gone)
            elif isinstance(event, ProjectsChanged):
                window.sidebar.set_projects(event.projects)
            elif isinstance(event, ModelReplanned):
                window.toast.say(self.tr("{name} is now set for long chats").format(name=event.name))
        window.save_strip.take_events(events)
        window.windows.take_events(events)
        window.downloads.take_events(events)
        window.run_notes.shelf.take_events(events)
        window.chat_notes.take_events(events)
        window.away.take_events(events)
        window.updates.take_events(events)
        window.later.take_events(events)

    def take_settings(self, settings: Settings) -> None:
        window = self._window
        languages.choose(settings.language)
        if (settings.theme, settings.text_size, settings.contrast) != themes.choice():
            themes.choose(settings.theme, settings.text_size / 100, settings.contrast)
        window.chat.take_settings(settings)
        window.panel.take_settings(settings)
        window.windows.take_settings(settings)
        window.updates.take_settings(settings)
        window.later.take_settings()

    def read(self) -> None:
        """Read the list of chats, and go on where a person was."""
        calls = self._window.calls
        calls.do(lambda s: s.projects.all(), self._window.sidebar.set_projects)
        calls.do(lambda s: s.conversations.all(), self._show_list, self._no_list)

    def _show_list(self, conversations: list[Conversation]) -> None:
        window = self._window
        window.sidebar.set_conversations(conversations)
        if not self._welcomed(conversations):
            window.chat.show_welcome()
            return
        last, now = window.memory.conversation, window.chat.shown.now
        # A chat that was begun while the data was being opened stays.
        begun = now.has_begun or bool(window.chat.composer.text())
        if not begun and window.sidebar.model.conversation(last) is not None:
            window.chat.shown.open(last)
        elif not now.opening:
            window.chat.views.begin()
        window.windows.restore()

    def _welcomed(self, conversations: list[Conversation]) -> bool:
        """Whether a person was greeted, or has chatted before and needs no greeting."""
        window = self._window
        services = window.calls.services
        if services is None or services.settings.current.welcomed:
            return True
        if not conversations and not window.chat.shown.now.has_begun:
            return False
        window.calls.do(lambda s: s.settings.change(welcomed=True))
        return True

    def _no_list(self, error: UserError) -> None:
        self._window.chat.views.begin()
        self._window.calls.failed.emit(error)
