"""The parts of the main window, made one after the other: it can be written into before most of them are imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.widgets.layouts import STRETCH, Column
from app.desktop.window.frame import Frame
from app.desktop.window.window_state import WindowMemory
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.chat.chat_page import ChatPage
    from app.desktop.chat.conversation_panel import ConversationPanel
    from app.desktop.model_picker.tool_checking import ToolChecking
    from app.desktop.server.server_control import ServerControl
    from app.desktop.widgets.banner import Banner
    from app.desktop.widgets.toast import Toast
    from app.desktop.window.away_notes import AwayNotes
    from app.desktop.window.chat_notes import ChatNotes
    from app.desktop.window.chat_windows.chat_windows import ChatWindows
    from app.desktop.window.chats.chat_list import ChatList
    from app.desktop.window.chats.project_control import ProjectControl
    from app.desktop.window.chats.put_away import PutAway
    from app.desktop.window.chats.sidebar import Sidebar
    from app.desktop.window.closing.presence import Presence
    from app.desktop.window.closing.quit_sheet import QuitSheet
    from app.desktop.window.download_notes import DownloadNotes
    from app.desktop.window.export.chat_exports import ChatExports
    from app.desktop.window.front import Front
    from app.desktop.window.imports.chat_import import ChatImport
    from app.desktop.window.lazy_pages import LazyPages
    from app.desktop.window.navigation import Navigation
    from app.desktop.window.other_writers import OtherWriters
    from app.desktop.window.rail import Rail
    from app.desktop.window.run_notes import RunNotes
    from app.desktop.window.save_strip import SaveStrip
    from app.desktop.window.startup_error import OpeningFailed
    from app.desktop.window.tool_check_notes import ToolCheckNotes
    from app.desktop.window.updates.update_notes import UpdateNotes
    from app.store.first_look import FirstLook


class WindowParts(ThemedWidget):
    """At first there is what is written into; `show_chats` adds the chats, `build` the rest."""

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
    updates: UpdateNotes
    away: AwayNotes
    front: Front
    quit_sheet: QuitSheet
    go: Navigation
    windows: ChatWindows
    others: OtherWriters
    server: ServerControl
    presence: Presence
    later: LazyPages

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home
        self.memory = WindowMemory(home)
        self._completed = False
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
        self.sidebar.set_folded(self.memory.folded)
        if found.chats or found.projects:
            self.sidebar.set_projects(found.projects)
            self.sidebar.show_first(found.chats)
        self.sidebar.folded_changed.connect(lambda: self.memory.keep_folded(self.sidebar.model.folded))
        self.sidebar.open_wanted.connect(self._open_chat)

    def build(self) -> None:
        """Make the rest."""
        self._build_chat()
        self._build_chat_lists()
        self._build_notes()
        self._build_pages()
        self._completed = True

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
        self.chat.sources.keep_width(self.memory.source_width, self.memory.keep_source_width)
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
        from app.desktop.window.updates.update_notes import UpdateNotes

        self.updates = UpdateNotes(self.calls, self.strip, self)
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
        from app.desktop.server.server_control import ServerControl
        from app.desktop.window.chat_windows.chat_windows import ChatWindows
        from app.desktop.window.closing.presence import Presence
        from app.desktop.window.closing.quit_sheet import QuitSheet
        from app.desktop.window.front import Front
        from app.desktop.window.lazy_pages import LazyPages
        from app.desktop.window.navigation import Navigation
        from app.desktop.window.other_writers import OtherWriters
        from app.desktop.window.startup_error import OpeningFailed

        shelf = self.run_notes.shelf
        self.server = ServerControl(self.calls, self._home, self)
        self.later = LazyPages(
            self.calls, self.tool_checking, shelf, self.toast, self.pages, self.side, self._home, self.server
        )
        self.go = Navigation(
            self, self.whole, self.rail, self.sidebar, self.chat, self.panel, self.later, self.toast
        )
        self.windows = ChatWindows(
            self.chat, self.go, self.sidebar.model, self.sidebar.menus, self.tool_check_notes, self.memory
        )
        self.toast.elsewhere = self.windows.toast
        self.others = OtherWriters(self.calls, self)
        self.front = Front(self.calls, self.windows.in_front, self)
        self.failure = OpeningFailed(self._home, self)
        self.whole.addWidget(self.failure)
        self.quit_sheet = QuitSheet(self)
        self.presence = Presence(self, self.calls, self.server, self.windows, self.away.notices)

    def _open_chat(self, conversation: int) -> None:
        if self._completed:
            self.go.open_chat(conversation)
        else:
            self._wanted = conversation

    def _send_later(self) -> None:
        self._sent = True

    def show_error(self, error: UserError) -> None:
        """A calm line over the page."""
        self.strip.say(languages.tell(error), colour="bad")

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
