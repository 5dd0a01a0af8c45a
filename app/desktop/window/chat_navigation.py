"""The chat of a window by keys and palette: what every window has that shows one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.conversation_panel import ConversationPanel
from app.desktop.text.words import shown_title
from app.desktop.widgets.toast import Toast
from app.desktop.window.actions import Actions
from app.desktop.window.chats.chat_menus import ChatMenus
from app.desktop.window.chats.conversation_model import ConversationModel
from app.desktop.window.palette import Entry, Palette
from app.desktop.window.shortcut_sheet import ShortcutSheet
from app.store.records import Project


class ChatNavigation(QObject):
    """Moves about in `window` and its chat; `chats` are those of the list, `menus` does with them what its menus do.
    `palette` and `sheet` lie over the window. `export_wanted` carries the chats to be exported, `window_wanted` the
    chat that is to have a window of its own, 0: a new one."""

    export_wanted = Signal(list)
    window_wanted = Signal(int)

    def __init__(
        self,
        window: QWidget,
        chat: ChatPage,
        panel: ConversationPanel,
        toast: Toast,
        chats: ConversationModel,
        menus: ChatMenus,
    ) -> None:
        super().__init__(window)
        self._window, self._chat, self._panel, self._toast = window, chat, panel, toast
        self._chats, self._menus = chats, menus
        self.palette = Palette(window)
        self._sheet: ShortcutSheet | None = None
        self._actions = Actions(window, self.commands())
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)
        chat.header.model.open_file_wanted.connect(chat.model.open_file)
        chat.header.project_wanted.connect(lambda project: menus.project_wanted.emit(project, []))
        chat.shown.details_changed.connect(self._show_project)
        chats.projects_changed.connect(self._show_project)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done here, by the names of `shortcuts`."""
        commands = self._chat.commands
        return {
            "new_chat": lambda: self.new_chat(),
            "temporary_chat": self.temporary_chat,
            "open_window": self.open_window,
            "new_window": lambda: self.window_wanted.emit(0),
            "move_chat": self.move_chat,
            "archive": self.archive_chat,
            "palette": self.open_palette,
            "find": self.find_in_chat,
            "find_next": lambda: self._step_found(True),
            "find_previous": lambda: self._step_found(False),
            "select_text": self.select_text,
            "next_chat": lambda: self.step_chat(1),
            "previous_chat": lambda: self.step_chat(-1),
            "export": self.export_chat,
            "compose": self.compose,
            "attach": self.attach_files,
            "screenshot": self.attach_screenshot,
            "collections": self.show_collections,
            "edit_last": commands.edit_last,
            "copy_last": commands.copy_last,
            "regenerate": commands.regenerate_last,
            "answer_now": self._chat.transcript.answer_now,
            "undo": self._toast.undo,
            "choose_model": self.choose_model,
            "compare": commands.compare,
            "open_model": self._chat.model.open_file,
            "sheet": lambda: self.sheet.open(),
        }

    @property
    def sheet(self) -> ShortcutSheet:
        """Made when it is wanted first."""
        if self._sheet is None:
            self._sheet = ShortcutSheet(self._window)
        return self._sheet

    def show_chat(self) -> None:
        """Bring the chat to the front of its window, where it is not."""

    def attach_files(self) -> None:
        """The chat, and a dialog for what is attached to its next message."""
        self.compose()
        self._chat.attaching.giving.choose()

    def attach_screenshot(self) -> None:
        """The chat, and a region of the screen for its next message."""
        self.compose()
        self._chat.attaching.giving.capture()

    def show_collections(self) -> None:
        """The chat, and the collections over it."""
        self.compose()
        self._chat.collections.open()

    def choose_model(self) -> None:
        """The chat, with the menu of models open."""
        self.compose()
        self._chat.header.model.open_menu()

    def new_chat(self, project: Project | None = None) -> None:
        """A chat that is still empty, in a project where that is given."""
        self.compose()
        self._chat.shown.open_new(project)

    def temporary_chat(self) -> None:
        """A new chat that is not stored."""
        self.compose()
        self._chat.shown.open_new(temporary=True)

    def open_chat(self, conversation: int) -> None:
        self.compose()
        self._chat.shown.open(conversation)
        self._toast.drop(("chat", conversation))

    def open_window(self) -> None:
        """Give the shown chat a window of its own."""
        self.window_wanted.emit(self._chat.shown.now.id or 0)

    def step_chat(self, step: int) -> None:
        """Open the conversation below or above the shown one in the list."""
        neighbour = self._chats.neighbour(self._chat.shown.now.id, step)
        if neighbour is not None:
            self.open_chat(neighbour)

    def move_chat(self) -> None:
        """Ask where the chosen chats are to go, or the shown one."""
        if chats := self.meant():
            corner = self._chat.header.rect().bottomLeft()
            self._menus.of_places(chats).popup(self._chat.header.mapToGlobal(corner))

    def archive_chat(self) -> None:
        if chats := self.meant():
            self._menus.archive_wanted.emit(chats)

    def meant(self) -> list[int]:
        """The chats that a command is for."""
        shown = self._chat.shown.now.id
        return [] if shown is None else [shown]

    def compose(self) -> None:
        self.show_chat()
        self._chat.sources.make_way()
        self._chat.composer.take_focus()
        if self._chat.shown.now.id is not None:
            self._toast.drop(("chat", self._chat.shown.now.id))

    def find_in_chat(self) -> None:
        self.show_chat()
        self._chat.sources.make_way()
        self._chat.views.find_text()

    def _step_found(self, forward: bool) -> None:
        if self._chat.finding.is_open and self._chat.isVisible():
            self._chat.finding.step(forward)

    def select_text(self) -> None:
        self.show_chat()
        self._chat.sources.make_way()
        self._chat.views.select_text()

    def export_chat(self) -> None:
        """Export the chat that is open."""
        if self._chat.shown.now.id is not None:
            self.export_wanted.emit([self._chat.shown.now.id])

    def open_palette(self) -> None:
        chats = [
            Entry(shown_title(c), "", partial(self.open_chat, c.id)) for c in self._chats.conversations()
        ]
        self.palette.open_with(self._actions.commands() + chats)

    def stop_or_close(self) -> None:
        """Esc: close what is open, the topmost first; where nothing is open, stop the answer."""
        for overlay in (self.palette, self._sheet, self._chat.header.model.picker):
            if overlay is not None and overlay.isVisible():
                overlay.close_overlay()
                return
        if self._panel.isVisible():
            self._panel.toggle()
        elif self.close_something():
            return
        elif self._chat.finding.is_open and self._chat.isVisible():
            self._chat.finding.close()
        elif self._chat.sources.is_open and self._chat.isVisible():
            self._chat.sources.close()
        elif self._chat.shown.answering():
            self._chat.commands.stop()
        elif self._toast.isVisible():
            self._toast.dismiss()
        elif self._chat.isVisible():
            self.compose()

    def close_something(self) -> bool:
        """Close what else is open in the window; False when nothing was."""
        return False

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        # The view that finds has the same key for itself, and two for one key are none.
        inside = now is not None and self._chat.views.whole_text.isAncestorOf(now)
        for name in ("find", "find_next", "find_previous"):
            self._actions.enable(name, not inside)

    def _show_project(self) -> None:
        """Whose project the shown chat is."""
        project = self._chats.project(self._chat.shown.now.project)
        self._chat.header.show_project(project)
        self._chat.collections.show_project("" if project is None else project.options.collection)

    def retranslate(self) -> None:
        """Give commands their names in the language that is on."""
        self._actions.retranslate()
