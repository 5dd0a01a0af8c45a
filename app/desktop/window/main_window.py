"""The window: rail, list of conversations and pages, and everything that goes across them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.widgets.layouts import STRETCH, Column
from app.desktop.window.frame import Frame
from app.desktop.window.top_level import come_forward
from app.desktop.window.window_state import WindowMemory
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.bridge import Bridge
    from app.desktop.chat.chat_page import ChatPage
    from app.desktop.chat.conversation_panel import ConversationPanel
    from app.desktop.model_picker.tool_checking import ToolChecking
    from app.desktop.widgets.banner import Banner
    from app.desktop.widgets.toast import Toast
    from app.desktop.window.away_notes import AwayNotes
    from app.desktop.window.chat_notes import ChatNotes
    from app.desktop.window.chat_windows.chat_windows import ChatWindows
    from app.desktop.window.chats.chat_list import ChatList
    from app.desktop.window.chats.project_control import ProjectControl
    from app.desktop.window.chats.put_away import PutAway
    from app.desktop.window.chats.sidebar import Sidebar
    from app.desktop.window.download_notes import DownloadNotes
    from app.desktop.window.export.chat_exports import ChatExports
    from app.desktop.window.front import Front
    from app.desktop.window.imports.chat_import import ChatImport
    from app.desktop.window.lazy_pages import LazyPages
    from app.desktop.window.navigation import Navigation
    from app.desktop.window.other_writers import OtherWriters
    from app.desktop.window.quit_sheet import QuitSheet
    from app.desktop.window.rail import Rail
    from app.desktop.window.run_notes import RunNotes
    from app.desktop.window.save_strip import SaveStrip
    from app.desktop.window.startup_error import OpeningFailed
    from app.desktop.window.tool_check_notes import ToolCheckNotes
    from app.services.events import ServiceEvent
    from app.services.services import Services
    from app.services.settings.settings import Settings
    from app.store.first_look import FirstLook
    from app.store.records import Conversation

log = logging.getLogger(__name__)
SMALLEST = (640, 440)


class MainWindow(ThemedWidget):
    """Can be written into before anything else is imported. `show_chats` adds the chats, `complete` the rest, and
    `attach` fills it. `retry_wanted` asks to open the data again, `restore_wanted` to close it so that a backup can
    be restored, and carries the UserError that says why.
    """

    rail: Rail
    sidebar: Sidebar
    chat: ChatPage
    save_strip: SaveStrip
    strip: Banner
    panel: ConversationPanel
    failure: OpeningFailed
    toast: Toast
    chats: ChatList
    put_away: PutAway
    exports: ChatExports
    projects: ProjectControl
    imports: ChatImport
    downloads: DownloadNotes
    tool_checking: ToolChecking
    tool_check_notes: ToolCheckNotes
    chat_notes: ChatNotes
    run_notes: RunNotes
    away: AwayNotes
    front: Front
    quit_sheet: QuitSheet
    go: Navigation
    windows: ChatWindows
    others: OtherWriters
    later: LazyPages

    retry_wanted = Signal()
    restore_wanted = Signal(object)
    closed = Signal()
    first_painted = Signal()

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self._home = home
        self._memory = WindowMemory(home)
        self._painted = self._completed = False
        self._notice = ""
        self.leaves_at_once = False  # closing asks nothing
        # What a person asked for before the page was there.
        self._wanted: int | None = None
        self._sent = False
        self.calls = ServiceCalls(self)
        self.whole = Frame(self)
        # What stands beside the page: the chats, or what belongs to another page.
        self.pages, self.side = self.whole.pages, self.whole.side
        self._first = QWidget(self)
        self._composer = ComposerFrame(self._first)
        self._composer.edit.submitted.connect(self._send_later)
        self._lay_out()
        self.refresh()
        self._memory.restore(self, self.whole)
        self._composer.edit.setFocus()

    def _lay_out(self) -> None:
        below = QWidget(self._first)
        self._composer.stand_in(below)
        self._composer.edit.setPlaceholderText(QCoreApplication.translate("Composer", "Ask anything"))
        Column(STRETCH, below, parent=self._first, spacing=0)
        self.pages.addWidget(self._first)
        Column(self.whole, parent=self)

    def show_chats(self, found: FirstLook) -> None:
        """Add the rail and the chats, as far as they are known before the data is open."""
        from app.desktop.widgets.banner import Banner
        from app.desktop.window.chats.sidebar import Sidebar
        from app.desktop.window.rail import Rail
        from app.desktop.window.save_strip import SaveStrip

        self.rail = Rail(self)
        self.sidebar = Sidebar(self)
        self.save_strip = SaveStrip(self)
        self.strip = Banner(self)
        self.whole.fill(self.rail, self.sidebar, (self.save_strip, self.strip))
        self.sidebar.set_folded(self._memory.folded)
        if found.chats or found.projects:
            self.sidebar.set_projects(found.projects)
            self.sidebar.show_first(found.chats)
        self.sidebar.folded_changed.connect(lambda: self._memory.keep_folded(self.sidebar.model.folded))
        self.sidebar.open_wanted.connect(self._open_chat)

    def complete(self, bridge: Bridge) -> None:
        """Build the rest, before `attach`."""
        self._build_chat()
        self._build_chat_lists()
        self._build_notes()
        self._build_pages()
        self._connect(bridge)
        self._completed = True
        self.retranslate()
        if self._wanted is not None:
            self.go.open_chat(self._wanted)
        elif self._sent:
            self.chat.composer.submit()

    def _build_chat(self) -> None:
        """The page that takes over what was being written, and what stands over it."""
        from app.desktop.chat.chat_page import ChatPage
        from app.desktop.chat.conversation_panel import ConversationPanel
        from app.desktop.widgets.toast import Toast

        edit = self._composer.edit
        edit.end_composition()
        edit.submitted.disconnect(self._send_later)
        writing = edit.hasFocus()
        self.chat = ChatPage(self.calls, self._composer, self)
        self.chat.sources.keep_width(self._memory.source_width, self._memory.keep_source_width)
        self.pages.insertWidget(0, self.chat)
        self.pages.setCurrentWidget(self.chat)
        self.pages.removeWidget(self._first)
        self._first.deleteLater()
        if writing:
            self.chat.composer.take_focus()
        self.panel = ConversationPanel(self.calls, self.chat)
        self.toast = Toast(self, self.chat.room.strip)
        self.toast.stand_above(self.chat.composer)
        self.toast.stand_above(self.chat.inserting.list)

    def _build_chat_lists(self) -> None:
        """What is done with chats as a whole."""
        from app.desktop.window.chats.chat_list import ChatList
        from app.desktop.window.chats.project_control import ProjectControl
        from app.desktop.window.chats.put_away import PutAway
        from app.desktop.window.export.chat_exports import ChatExports
        from app.desktop.window.imports.chat_import import ChatImport

        self.chats = ChatList(self.calls, self.sidebar, self.toast, self._open_chat)
        self.put_away = PutAway(self.calls, self.chats, self.toast, self._open_chat)
        self.projects = ProjectControl(
            self.calls, self.sidebar, self.chats, self.toast, lambda project: self.go.new_chat(project)
        )
        self.projects.serve(self.chat.collections)
        self.exports = ChatExports(self.calls, self.toast, self.sidebar.model.conversation, self)
        self.imports = ChatImport(self.calls, self.toast)

    def _build_notes(self) -> None:
        """What tells of work that goes on elsewhere."""
        from app.desktop.model_picker.tool_checking import ToolChecking
        from app.desktop.window.away_notes import AwayNotes
        from app.desktop.window.chat_notes import ChatNotes
        from app.desktop.window.download_notes import DownloadNotes
        from app.desktop.window.run_notes import RunNotes
        from app.desktop.window.tool_check_notes import ToolCheckNotes

        self.downloads = DownloadNotes(
            self.calls, self.toast, self.strip, lambda: self.later.shows_downloads()
        )
        self.tool_checking = ToolChecking(self.calls, self)
        self.tool_check_notes = ToolCheckNotes(self.tool_checking, self.toast, self.show_error)
        self.tool_check_notes.serve(self.chat.header.model)
        self.run_notes = RunNotes(self.calls, self.toast, self._shows_run)
        self.chat_notes = ChatNotes(self.toast, self._shows_chat)
        self.away = AwayNotes(self.calls, self.chat_notes, self.run_notes, self._title_of, self)

    def _build_pages(self) -> None:
        """The other pages and the way to them, the page of a failure, and the question before quitting."""
        from app.desktop.window.chat_windows.chat_windows import ChatWindows
        from app.desktop.window.front import Front
        from app.desktop.window.lazy_pages import LazyPages
        from app.desktop.window.navigation import Navigation
        from app.desktop.window.other_writers import OtherWriters
        from app.desktop.window.quit_sheet import QuitSheet
        from app.desktop.window.startup_error import OpeningFailed

        shelf = self.run_notes.shelf
        self.later = LazyPages(
            self.calls, self.tool_checking, shelf, self.toast, self.pages, self.side, self._home
        )
        self.go = Navigation(
            self, self.whole, self.rail, self.sidebar, self.chat, self.panel, self.later, self.toast
        )
        self.windows = ChatWindows(
            self.chat, self.go, self.sidebar.model, self.sidebar.menus, self.tool_check_notes, self._memory
        )
        self.toast.elsewhere = self.windows.toast
        self.others = OtherWriters(self.calls, self)
        self.front = Front(self.calls, self.windows.in_front, self)
        self.failure = OpeningFailed(self._home, self)
        self.whole.addWidget(self.failure)
        self.quit_sheet = QuitSheet(self)
        self.quit_sheet.agreed.connect(self._leave)

    def _open_chat(self, conversation: int) -> None:
        if self._completed:
            self.go.open_chat(conversation)
        else:
            self._wanted = conversation

    def _send_later(self) -> None:
        self._sent = True

    def _connect(self, bridge: Bridge) -> None:
        go = self.go
        bridge.events.connect(self._take_events)
        bridge.settings_changed.connect(self._take_settings)
        self.calls.failed.connect(self.show_error)
        self.calls.damaged.connect(self.save_strip.offer_restore)
        self.save_strip.restore_wanted.connect(self.restore_wanted)
        self.windows.restore_wanted.connect(self.restore_wanted)
        go.raise_wanted.connect(self.come_forward)
        self.chat.shown.opened.connect(self._opened)
        self.chat.shown.details_changed.connect(self._show_window_title)
        self.pages.currentChanged.connect(lambda _: self._show_window_title())
        self.chat.shown.answering_changed.connect(self.sidebar.show_answering)
        self.sidebar.archived_wanted.connect(lambda: self.put_away.open(archived=True))
        for deleted_wanted in (self.sidebar.deleted_wanted, self.later.deleted_wanted):
            deleted_wanted.connect(lambda: self.put_away.open(archived=False))
        for wanted in (self.sidebar.menus.export_wanted, go.export_wanted, self.later.export_wanted):
            wanted.connect(self.exports.ask)
        self.downloads.changed.connect(self.rail.show_downloads)
        self.downloads.used.connect(go.chat_with)
        self.downloads.show_wanted.connect(lambda: go.show_models("downloads"))
        self.chat.said.connect(self.toast.notify)
        self.later.said.connect(self.toast.notify)
        self.later.import_wanted.connect(self.imports.begin)
        self.sidebar.files_dropped.connect(self.imports.begin)
        for changed in (
            self.chat.shown.opened,
            self.later.shown_changed,
            self.pages.currentChanged,
            self.windows.front_changed,
        ):
            changed.connect(self.front.look)
        self.chat_notes.asking.connect(self.sidebar.show_asking)
        self.chat_notes.show_wanted.connect(self._go_to_chat)
        self.sidebar.hit_wanted.connect(go.open_hit)
        self.run_notes.waiting.connect(self.rail.show_waiting)
        self.run_notes.show_wanted.connect(go.show_run)
        self.away.chat_wanted.connect(self._go_to_chat)
        self.away.run_wanted.connect(self.come_forward)
        self.away.run_wanted.connect(go.show_run)
        self.failure.retry_wanted.connect(self.retry_wanted)
        self.failure.restored.connect(self._restored)
        self.failure.folder_wanted.connect(lambda: self.later.settings.data.open_folder())
        self.failure.quit_wanted.connect(self.close)

    # What the application tells

    def attach(self, services: Services) -> None:
        """The data is open: show it, and do what was asked for meanwhile."""
        self.whole.setCurrentIndex(0)
        self.calls.attach(services)
        self.windows.attach(services)
        self._take_settings(services.settings.current)
        self._take_events([services.models.state])
        self.others.begin()
        self.calls.do(lambda s: s.projects.all(), self.sidebar.set_projects)
        self.calls.do(lambda s: s.conversations.all(), self._take_list, self._no_list)
        self.downloads.begin()
        self.run_notes.shelf.begin()
        if self._notice:
            self.strip.say(self._notice, colour="accent")
        for problem in services.settings.problems:
            self.show_error(UserError.from_info(problem))

    def show_failure(self, error: UserError, *, restoring: bool = False) -> None:
        """The data could not be opened, or is closed so that a backup can be restored."""
        log.error("The data could not be opened: %s", error.code)
        self.failure.show_error(error, choosing=restoring)
        self.whole.setCurrentWidget(self.failure)

    def show_error(self, error: UserError) -> None:
        """A calm line over the page."""
        self.strip.say(languages.tell(error), colour="bad")

    def detach(self) -> None:
        """The data is being closed."""
        self.others.stop()
        self.windows.leave()
        self.calls.services = None

    def _restored(self, notice: str) -> None:
        self._notice = notice
        self.retry_wanted.emit()

    def come_forward(self) -> None:
        come_forward(self)

    def _go_to_chat(self, conversation: int) -> None:
        """Bring a chat to the front: in the window that shows it, or here."""
        window = self.windows.showing(conversation)
        if window is not None:
            come_forward(window)
        else:
            self.come_forward()
            self.go.open_chat(conversation)

    def _take_list(self, conversations: list[Conversation]) -> None:
        self.sidebar.set_conversations(conversations)
        if not self._welcomed(conversations):
            self.chat.show_welcome()
            return
        last, now = self._memory.conversation, self.chat.shown.now
        # A chat that was begun while the data was being opened stays.
        begun = now.has_begun or bool(self.chat.composer.text())
        if not begun and self.sidebar.model.conversation(last) is not None:
            self.chat.shown.open(last)
        elif not now.opening:
            self.chat.views.begin()
        self.windows.restore()

    def _welcomed(self, conversations: list[Conversation]) -> bool:
        """Whether a person was greeted, or has chatted before and needs no greeting."""
        services = self.calls.services
        if services is None or services.settings.current.welcomed:
            return True
        if not conversations and not self.chat.shown.now.has_begun:
            return False
        self.calls.do(lambda s: s.settings.change(welcomed=True))
        return True

    def _no_list(self, error: UserError) -> None:
        self.chat.views.begin()
        self.calls.failed.emit(error)

    def _take_events(self, events: list[ServiceEvent]) -> None:
        from app.services.chat.events import (
            ConversationChanged,
            ConversationsImported,
            ConversationsReread,
            ProjectsChanged,
        )

        self.chat.take_events(events)
        if changed := [event.conversation for event in events if isinstance(event, ConversationChanged)]:
            self.sidebar.change(changed)
        for event in events:
            if isinstance(event, ConversationsImported):
                self.sidebar.change(event.conversations)
            elif isinstance(event, ConversationsReread):
                self.sidebar.set_projects(event.projects)
                gone: list[ServiceEvent] = [
                    ConversationChanged(each) for each in self.sidebar.reread(event.conversations)
                ]
                self.chat.take_events(gone)
                self.windows.take_events(gone)
            elif isinstance(event, ProjectsChanged):
                self.sidebar.set_projects(event.projects)
        self.save_strip.take_events(events)
        self.windows.take_events(events)
        self.downloads.take_events(events)
        self.run_notes.shelf.take_events(events)
        self.chat_notes.take_events(events)
        self.away.take_events(events)
        self.later.take_events(events)

    def _take_settings(self, settings: Settings) -> None:
        languages.choose(settings.language)
        if (settings.theme, settings.text_size, settings.contrast) != themes.choice():
            themes.choose(settings.theme, settings.text_size / 100, settings.contrast)
        self.chat.take_settings(settings)
        self.panel.take_settings(settings)
        self.windows.take_settings(settings)
        self.later.take_settings()

    # Inside

    def _title_of(self, conversation: int) -> str | None:
        from app.desktop.text.words import shown_title

        known = self.sidebar.model.conversation(conversation)
        return None if known is None else shown_title(known)

    def _shows_chat(self, conversation: int) -> bool:
        if (window := self.windows.showing(conversation)) is not None and window.isActiveWindow():
            return True
        return self.chat.shown.now.id == conversation and self.chat.isVisible() and self.isActiveWindow()

    def _shows_run(self, run: int) -> bool:
        return self.later.shows_run(run) and self.isActiveWindow()

    def _opened(self, conversation: int | None) -> None:
        self.sidebar.show_open(conversation)
        self.later.show_conversation(conversation)
        self._memory.keep_conversation(conversation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._completed:
            self.go.stop_or_close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._painted:
            self._painted = True
            # The children are painted after this returns.
            QTimer.singleShot(0, self, self.first_painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._asks_before_leaving():
            event.ignore()
            return
        if self._completed:
            self.chat.composer.flush_draft()
            # What waits for its undo is done now.
            self.toast.dismiss()
            self.later.leave()
            self.windows.leave()
        self._memory.keep(self, self.whole)
        super().closeEvent(event)
        self.closed.emit()

    def _asks_before_leaving(self) -> bool:
        """Whether something is at work that would end with the window, and a person is asked about it."""
        services = self.calls.services
        if services is None or self.leaves_at_once or self._session_ends():
            return False
        answers = len(services.answers.answering())
        runs = [
            run.title for run in self.run_notes.shelf.all() if run.state == "running" and not run.conversation
        ]
        if answers or runs:
            self.quit_sheet.ask(answers, runs)
        return bool(answers or runs)

    @staticmethod
    def _session_ends() -> bool:
        application = QGuiApplication.instance()
        return isinstance(application, QGuiApplication) and application.isSavingSession()

    def _leave(self) -> None:
        self.leaves_at_once = True
        self.close()

    def _show_window_title(self) -> None:
        """The page, or the chat that is shown."""
        title = ""
        if self._completed:
            shown = self.chat.shown.now.conversation
            title = self.rail.page_title() or ("" if shown is None else shown.title)
        self.setWindowTitle(title or "Coterie")

    def retranslate(self) -> None:
        self._show_window_title()
        if self._completed:
            self.go.retranslate()

    def restyle(self) -> None:
        px = themes.current.px
        self.setMinimumSize(*SMALLEST)
        self.side.setMinimumWidth(px(200))
        self.side.setMaximumWidth(px(480))
        self.whole.fit()
