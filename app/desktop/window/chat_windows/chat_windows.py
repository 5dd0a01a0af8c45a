"""The windows that show a chat each, beside the main window: opened, restored, told, closed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.desktop.base.style import put_on_style
from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.shared_draft import SharedDraft
from app.desktop.widgets.toast import Toast
from app.desktop.window.chat_windows.chat_window import ChatWindow, Commands
from app.desktop.window.chats.chat_menus import ChatMenus
from app.desktop.window.chats.conversation_model import ConversationModel
from app.desktop.window.navigation import Navigation
from app.desktop.window.tool_check_notes import ToolCheckNotes
from app.desktop.window.top_level import come_forward
from app.desktop.window.window_state import WindowMemory
from app.services.events import ServiceEvent
from app.services.models.engine_names import of_chat
from app.services.settings.settings import Settings

if TYPE_CHECKING:
    from app.services.services import Services

SIZE = QSize(800, 800)
# How far a window stands beside one that would be under it.
STEP = QPoint(28, 28)


class ChatWindows(QObject):
    """Keeps `memory` of which are open. `front_changed` comes when another window of the program may be in front,
    `restore_wanted` as that of the main window does."""

    front_changed = Signal()
    restore_wanted = Signal(object)

    def __init__(
        self,
        main: ChatPage,
        go: Navigation,
        chats: ConversationModel,
        menus: ChatMenus,
        checks: ToolCheckNotes,
        memory: WindowMemory,
    ) -> None:
        super().__init__(go)
        self._main, self._go, self._chats, self._menus, self._checks = main, go, chats, menus, checks
        self._memory = memory
        self._services: Services | None = None
        self._windows: list[ChatWindow] = []
        self._front: ChatWindow | None = None  # None: the main window
        self._leaving = False
        # While the program goes on in the background: the windows that are there again afterwards.
        self._away: list[ChatWindow] | None = None
        self._restoring = False
        main.draft.all = self._drafts
        go.window_wanted.connect(self.open)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusWindowChanged.connect(self._look)

    @property
    def windows(self) -> tuple[ChatWindow, ...]:
        return tuple(self._windows)

    def showing(self, conversation: int) -> ChatWindow | None:
        """The window that shows a chat."""
        return next((w for w in self._windows if w.conversation == conversation and not w.isHidden()), None)

    def attach(self, services: Services) -> None:
        self._services = services

    def restore(self) -> None:
        """Open what was open at the end, behind the main window, once that is there."""
        if self._away is not None:
            self._restoring = True
            return
        for conversation, geometry in self._memory.chat_windows():
            if self._chats.conversation(conversation) is not None:
                self._open(conversation, geometry, active=False)

    def open(self, conversation: int = 0) -> None:
        """Show a chat in a window of its own, in the one that has it already; 0: a new one."""
        shown = self.showing(conversation)
        if shown is not None:
            come_forward(shown)
        elif self._services is not None:
            self._open(conversation, self._memory.chat_window, active=True)

    def _open(self, conversation: int, geometry: QByteArray | None, *, active: bool) -> None:
        assert self._services is not None
        window = ChatWindow(self._services, self._chats, self._menus, self._beyond())
        window.resize(SIZE.boundedTo(window.screen().availableSize() - QSize(24, 48)))
        if geometry is not None:
            window.restoreGeometry(geometry)
            if active:
                self._step_aside(window)
        self._windows.append(window)
        window.chat.draft.all = self._drafts
        window.chat.know(self._main)
        window.chat.sources.keep_width(self._memory.source_width, self._memory.keep_source_width)
        self._go.lead_from(window.chat)
        self._checks.serve(window.chat.header.model)
        window.go.window_wanted.connect(self.open)
        window.changed.connect(self._changed)
        window.ended.connect(self._ended)
        window.save_strip.restore_wanted.connect(self.restore_wanted)
        put_on_style(window)
        window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, not active)
        if conversation:
            window.chat.shown.open(conversation)
        else:
            window.chat.shown.open_new()
        window.show()
        if active:
            come_forward(window)

    def _step_aside(self, window: ChatWindow) -> None:
        """Where another one is already, beside it; at the edge of the screen from the other edge on."""
        room = window.screen().availableGeometry()
        for _ in self._windows:
            place = window.geometry()
            if all(w.geometry().topLeft() != place.topLeft() for w in self._windows):
                return
            place.moveTopLeft(place.topLeft() + STEP)
            if place.right() > room.right():
                place.moveLeft(room.left() + STEP.x())
            if place.bottom() > room.bottom():
                place.moveTop(room.top() + STEP.y())
            window.setGeometry(place)

    def _beyond(self) -> Commands:
        """What a window leaves to the main one, which comes forward for it. That alone has a list to fold."""
        return {
            name: partial(self._do_in_main, name) for name in self._go.beyond_the_chat() if name != "sidebar"
        }

    def _do_in_main(self, name: str) -> None:
        self._go.raise_wanted.emit()
        self._go.beyond_the_chat()[name]()

    def _drafts(self) -> Iterator[SharedDraft]:
        yield self._main.draft
        for window in self._windows:
            yield window.chat.draft

    # What the application tells

    def take_events(self, events: list[ServiceEvent]) -> None:
        for window in self.windows:
            window.take_events(events)

    def take_settings(self, settings: Settings) -> None:
        for window in self.windows:
            window.take_settings(settings)

    def toast(self) -> Toast | None:
        """Where something is said, if a window of these is in front."""
        return None if self._front is None else self._front.toast

    def in_front(self) -> str:
        """What the engine calls the conversation that a person looks at."""
        if self._front is None:
            return self._go.in_front()
        shown = self._front.conversation
        return "" if shown is None else of_chat(shown)

    def step_out(self) -> None:
        """The main window goes out of sight, and these with it."""
        self._away = [window for window in self._windows if not window.isHidden()]
        for window in self._away:
            window.chat.composer.flush_draft()
            window.hide()

    def step_in(self) -> None:
        """The main window comes back."""
        windows, self._away = self._away or [], None
        for window in windows:
            window.show()
        if self._restoring:
            self._restoring = False
            self.restore()

    def leave(self) -> None:
        """The main window closes, and these with it: they are there again at the next start."""
        self._keep()
        self._leaving = True
        for window in self.windows:
            window.close()

    # Inside

    def _look(self) -> None:
        active = QApplication.activeWindow()
        if active is not None:
            self._front = active if isinstance(active, ChatWindow) else None
            self.front_changed.emit()

    def _changed(self) -> None:
        self._keep()
        self.front_changed.emit()

    def _keep(self) -> None:
        """Not while they are closed or out of sight together, with the main window or the end of the session."""
        application = QGuiApplication.instance()
        ends = isinstance(application, QGuiApplication) and application.isSavingSession()
        if not self._leaving and not ends and self._away is None:
            shown = [(w.conversation, w.saveGeometry()) for w in self._windows if not w.isHidden()]
            self._memory.keep_chat_windows([(chat, place) for chat, place in shown if chat is not None])

    def _ended(self, window: ChatWindow) -> None:
        if window not in self._windows:
            return
        self._windows.remove(window)
        self._memory.keep_chat_window(window.saveGeometry())
        if self._front is window:
            self._front = None
            self.front_changed.emit()
        self._keep()
        window.deleteLater()
