"""Which page is shown, and every way there: rail, keys, palette, links of the pages."""

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
from app.desktop.window.chats.sidebar import Sidebar
from app.desktop.window.frame import Frame
from app.desktop.window.lazy_pages import LazyPages
from app.desktop.window.palette import Entry, Palette
from app.desktop.window.rail import Rail
from app.desktop.window.shortcut_sheet import ShortcutSheet
from app.services.models.engine_names import of_chat
from app.store.records import Project


class Navigation(QObject):
    """Moves about in `window`, which holds the other parts. `palette` and `sheet` lie over it. `export_wanted`
    carries the chats to be exported."""

    export_wanted = Signal(list)

    def __init__(
        self,
        window: QWidget,
        frame: Frame,
        rail: Rail,
        sidebar: Sidebar,
        chat: ChatPage,
        panel: ConversationPanel,
        later: LazyPages,
        toast: Toast,
    ) -> None:
        super().__init__(window)
        self._window, self._frame, self._rail, self._sidebar = window, frame, rail, sidebar
        self._chat, self._panel, self._later, self._toast = chat, panel, later, toast
        self.palette = Palette(window)
        self.sheet = ShortcutSheet(window)
        self._actions = Actions(window, self._commands())
        self._connect()

    def _connect(self) -> None:
        self._rail.page_wanted.connect(self.show_page)
        self._rail.fold_wanted.connect(self.fold)
        self._sidebar.new_wanted.connect(lambda: self.new_chat())
        self._chat.views.welcoming.models_wanted.connect(
            lambda downloads: self.show_models("downloads" if downloads else "discover")
        )
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)
        self._chat.header.model.open_file_wanted.connect(self._chat.model.open_file)
        self._chat.header.model.elsewhere_wanted.connect(lambda: self.show_elsewhere())
        self._chat.model_strip.elsewhere_wanted.connect(self.show_elsewhere)
        self._chat.header.model.models_wanted.connect(self.find_models)
        self._chat.header.model.library_wanted.connect(lambda: self.show_models("library"))
        self._later.run_restored.connect(self.show_run)
        self._later.workers_wanted.connect(self.show_workers)
        self._later.model_wanted.connect(self.choose_model)
        self._chat.room.placement_wanted.connect(lambda: self.show_page("placement"))
        self._later.chat_wanted.connect(self.chat_with)
        self._later.hub_wanted.connect(self.show_hub_settings)
        self._later.shortcuts_wanted.connect(self.sheet.open)

    def _commands(self) -> dict[str, Callable[[], object]]:
        return {
            "new_chat": lambda: self.new_chat(),
            "new_project": lambda: self._sidebar.menus.project_wanted.emit(None, []),
            "move_chat": self.move_chat,
            "archive": self.archive_chat,
            "deleted": self._sidebar.deleted_wanted.emit,
            "temporary_chat": self.temporary_chat,
            "palette": self.open_palette,
            "find": self.find_in_chat,
            "find_next": lambda: self._step_found(True),
            "find_previous": lambda: self._step_found(False),
            "select_text": self.select_text,
            "find_chat": self.find_chat,
            "next_chat": lambda: self.step_chat(1),
            "previous_chat": lambda: self.step_chat(-1),
            "export": self.export_chat,
            "compose": self.compose,
            "edit_last": self._chat.commands.edit_last,
            "copy_last": self._chat.commands.copy_last,
            "regenerate": self._chat.commands.regenerate_last,
            "answer_now": self._chat.transcript.answer_now,
            "undo": self._toast.undo,
            "choose_model": self.choose_model,
            "compare": self._chat.commands.compare,
            "open_model": self._chat.model.open_file,
            "sidebar": self.fold,
            "runs": lambda: self.show_page("runs"),
            "new_run": self.new_run,
            "models": lambda: self.show_page("models"),
            "downloads": lambda: self.show_models("downloads"),
            "library": lambda: self.show_models("library"),
            "placement": lambda: self.show_page("placement"),
            "settings": lambda: self.show_page("settings"),
            "sheet": self.sheet.open,
            "quit": self._window.close,
        }

    def show_page(self, page: str) -> None:
        self._rail.show_page(page)
        if page != "chat":
            shown, side = self._later.page(page)
            self._show(shown, side or self._sidebar)
            shown.open()
            return
        self._show(self._chat, self._sidebar)
        self._chat.composer.take_focus()
        if self._chat.shown.now.conversation is not None:
            self._toast.drop(("chat", self._chat.shown.now.conversation.id))

    def _show(self, page: QWidget, side: QWidget) -> None:
        self._frame.pages.setCurrentWidget(page)
        self._frame.side.setCurrentWidget(side)

    def in_front(self) -> str:
        """What the engine calls the conversation that is shown."""
        if self._frame.pages.currentWidget() is not self._chat:
            return self._later.in_front()
        shown = self._chat.shown.now.conversation
        return "" if shown is None else of_chat(shown.id)

    def show_run(self, run: int) -> None:
        self.show_page("runs")
        self._later.runs.show_run(run)

    def new_run(self) -> None:
        self.show_page("runs")
        self._later.runs.new_run()

    def show_models(self, view: str) -> None:
        """The page of models at "discover", "downloads" or "library"."""
        self._later.models.show_view(view)
        self.show_page("models")

    def find_models(self, text: str) -> None:
        """The page of models, where `text` is looked for on the hub; without one it only opens."""
        self.show_models("discover")
        if text:
            self._later.models.discover.bar.search(text)

    def show_hub_settings(self) -> None:
        """The settings, where the hub's token is kept."""
        self.show_page("settings")
        self._later.settings.show_hub()

    def show_elsewhere(self, url: str = "") -> None:
        """The settings, where servers of models elsewhere are added; at the one at `url`."""
        self.show_page("settings")
        self._later.settings.show_elsewhere(url)

    def chat_with(self, path: str) -> None:
        """The chat, which goes on with this model."""
        self.show_page("chat")
        self._chat.model.use(path)

    def show_workers(self) -> None:
        """The settings, where workers are added."""
        self.show_page("settings")
        self._later.settings.show_workers()

    def choose_model(self) -> None:
        """The chat, with the menu of models open."""
        self.show_page("chat")
        self._chat.header.model.open_menu()

    def new_chat(self, project: Project | None = None) -> None:
        """A chat that is still empty, in a project where that is given."""
        self.show_page("chat")
        self._chat.shown.open_new(project)

    def temporary_chat(self) -> None:
        """A new chat that is not stored."""
        self.show_page("chat")
        self._chat.shown.open_new(temporary=True)

    def open_chat(self, conversation: int) -> None:
        self.show_page("chat")
        self._chat.shown.open(conversation)
        self._toast.drop(("chat", conversation))

    def open_hit(self, conversation: int, message: int, query: str) -> None:
        """The chat at a message that the search has found."""
        self.show_page("chat")
        self._chat.shown.open_at(conversation, message, query)
        self._toast.drop(("chat", conversation))

    def step_chat(self, step: int) -> None:
        """Open the conversation below or above the shown one in the list."""
        shown = self._chat.shown.now.conversation
        neighbour = self._sidebar.model.neighbour(None if shown is None else shown.id, step)
        if neighbour is not None:
            self.open_chat(neighbour)

    def move_chat(self) -> None:
        """Ask where the chosen chats are to go, or the shown one."""
        if chats := self._meant():
            self._frame.side.setCurrentWidget(self._sidebar)
            self._frame.show_side(True)
            self._sidebar.offer_places(chats)

    def archive_chat(self) -> None:
        if chats := self._meant():
            self._sidebar.menus.archive_wanted.emit(chats)

    def _meant(self) -> list[int]:
        shown = self._chat.shown.now.conversation
        return self._sidebar.chosen() or ([] if shown is None else [shown.id])

    def compose(self) -> None:
        self.show_page("chat")

    def find_in_chat(self) -> None:
        if not self._later.find():
            self._show_chat()
            self._chat.views.find_text()

    def _step_found(self, forward: bool) -> None:
        if self._chat.finding.is_open and self._chat.isVisible():
            self._chat.finding.step(forward)

    def select_text(self) -> None:
        self._show_chat()
        self._chat.views.select_text()

    def _show_chat(self) -> None:
        """The chat; where it is in front the focus stays where it is."""
        if self._frame.pages.currentWidget() is not self._chat:
            self.show_page("chat")

    def export_chat(self) -> None:
        """Export the chat that is open."""
        if self._chat.shown.now.conversation is not None:
            self.export_wanted.emit([self._chat.shown.now.conversation.id])

    def find_chat(self) -> None:
        self._frame.side.setCurrentWidget(self._sidebar)
        self._frame.show_side(True)
        self._sidebar.focus_search()

    def fold(self) -> None:
        self._frame.show_side(self._frame.side.isHidden())

    def open_palette(self) -> None:
        chats = [
            Entry(shown_title(c), "", partial(self.open_chat, c.id))
            for c in self._sidebar.model.conversations()
        ]
        self.palette.open_with(self._actions.commands() + chats)

    def stop_or_close(self) -> None:
        """Esc: close what is open, the topmost first; where nothing is open, stop the answer."""
        for overlay in (self.palette, self.sheet, self._chat.header.model.picker):
            if overlay is not None and overlay.isVisible():
                overlay.close_overlay()
                return
        if self._panel.isVisible():
            self._panel.toggle()
        elif self._sidebar.search.hasFocus() and self._sidebar.search.text():
            self._sidebar.search.clear()
        elif self._later.close_something():
            return
        elif self._chat.finding.is_open and self._chat.isVisible():
            self._chat.finding.close()
        elif self._chat.shown.answering():
            self._chat.commands.stop()
        elif self._toast.isVisible():
            self._toast.dismiss()
        elif self._chat.isVisible():
            self.compose()

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        # The view that finds has the same key for itself, and two for one key are none.
        inside = now is not None and self._chat.views.whole_text.isAncestorOf(now)
        for name in ("find", "find_next", "find_previous"):
            self._actions.enable(name, not inside)

    def retranslate(self) -> None:
        """Give commands their names in the language that is on."""
        self._actions.retranslate()
