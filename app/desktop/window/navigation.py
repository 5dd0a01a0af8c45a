"""Which page is shown, and every way there: rail, keys, palette, links of the pages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.conversation_panel import ConversationPanel
from app.desktop.widgets.toast import Toast
from app.desktop.window.chat_navigation import ChatNavigation
from app.desktop.window.chats.sidebar import Sidebar
from app.desktop.window.frame import Frame
from app.desktop.window.lazy_pages import LazyPages
from app.desktop.window.rail import Rail
from app.services.models.engine_names import of_chat


class Navigation(ChatNavigation):
    """Moves about in the main window, which holds the other parts. `raise_wanted` comes when a page is shown while
    another window of the program is in front, `quit_wanted` asks for the program's end."""

    raise_wanted = Signal()
    quit_wanted = Signal()

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
        self._frame, self._rail, self._sidebar, self._later = frame, rail, sidebar, later
        super().__init__(window, chat, panel, toast, sidebar.model, sidebar.menus)
        self._rail.page_wanted.connect(self.show_page)
        self._rail.fold_wanted.connect(self.fold)
        self._sidebar.new_wanted.connect(lambda: self.new_chat())
        self._sidebar.menus.window_wanted.connect(self.window_wanted)
        self._sidebar.menus.project_wanted.connect(lambda *_: self._come())
        chat.model.chosen.connect(self._show_chosen)
        self._chat.views.welcoming.models_wanted.connect(
            lambda downloads: self.show_models("downloads" if downloads else "discover")
        )
        self._later.run_restored.connect(self.show_run)
        self._later.workers_wanted.connect(self.show_workers)
        self._later.model_wanted.connect(self.choose_model)
        self._later.chat_wanted.connect(self.chat_with)
        self._later.hub_wanted.connect(self.show_hub_settings)
        self._later.shortcuts_wanted.connect(lambda: self.sheet.open())
        self.lead_from(chat)

    def lead_from(self, chat: ChatPage) -> None:
        """Let what leads from a chat, of this window or another, to the other pages do so."""
        chat.header.model.elsewhere_wanted.connect(self._show_servers)
        chat.model_strip.elsewhere_wanted.connect(self.show_elsewhere)
        chat.header.model.models_wanted.connect(self.find_models)
        chat.header.model.library_wanted.connect(self._show_library)
        chat.room.placement_wanted.connect(self._show_placement)
        chat.collections.web_settings_wanted.connect(self._show_web_search)

    def _show_chosen(self, _: str) -> None:
        """A model was chosen, for instance as a file: how it loads is seen in the chat, and on Placement."""
        if self._frame.pages.currentWidget() is not self._chat and not self._later.shows_placement:
            self.show_chat()

    def _show_servers(self) -> None:
        self.show_elsewhere()

    def _show_library(self) -> None:
        self.show_models("library")

    def _show_placement(self) -> None:
        self.show_page("placement")

    def commands(self) -> dict[str, Callable[[], object]]:
        return {**super().commands(), **self.beyond_the_chat()}

    def beyond_the_chat(self) -> dict[str, Callable[[], object]]:
        """What is done in the main window, wherever a person asks for it."""
        return {
            "new_project": lambda: self._sidebar.menus.project_wanted.emit(None, []),
            "deleted": self._sidebar.deleted_wanted.emit,
            "find_chat": self.find_chat,
            "sidebar": self.fold,
            "runs": lambda: self.show_page("runs"),
            "new_run": self.new_run,
            "models": lambda: self.show_page("models"),
            "downloads": lambda: self.show_models("downloads"),
            "library": lambda: self.show_models("library"),
            "placement": lambda: self.show_page("placement"),
            "server": lambda: self.show_page("server"),
            "settings": lambda: self.show_page("settings"),
            "quit": self.quit_wanted.emit,
        }

    def show_page(self, page: str) -> None:
        if page == "chat":
            self.compose()
            return
        self._rail.show_page(page)
        shown, side = self._later.page(page)
        self._show(shown, side or self._sidebar)
        shown.open()

    def show_chat(self) -> None:
        self._rail.show_page("chat")
        self._show(self._chat, self._sidebar)

    def _show(self, page: QWidget, side: QWidget) -> None:
        self._frame.pages.setCurrentWidget(page)
        self._frame.side.setCurrentWidget(side)
        self._come()

    def _come(self) -> None:
        """Something is shown here."""
        if QApplication.activeWindow() not in (None, self._window):
            self.raise_wanted.emit()

    def in_front(self) -> str:
        """What the engine calls the conversation that is shown."""
        if self._frame.pages.currentWidget() is not self._chat:
            return self._later.in_front()
        shown = self._chat.shown.now.id
        return "" if shown is None else of_chat(shown)

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

    def _show_web_search(self) -> None:
        """The settings, where the provider of web search is chosen."""
        self.show_page("settings")
        self._later.settings.show_web_search()

    def chat_with(self, path: str) -> None:
        """The chat, which goes on with this model."""
        self.show_page("chat")
        self._chat.model.use(path)

    def show_workers(self) -> None:
        """The settings, where workers are added."""
        self.show_page("settings")
        self._later.settings.show_workers()

    def open_hit(self, conversation: int, message: int, query: str) -> None:
        """The chat at a message that the search has found."""
        self.show_page("chat")
        self._chat.shown.open_at(conversation, message, query)
        self._toast.drop(("chat", conversation))

    def move_chat(self) -> None:
        if chats := self.meant():
            self._frame.side.setCurrentWidget(self._sidebar)
            self._frame.show_side(True)
            self._sidebar.offer_places(chats)

    def meant(self) -> list[int]:
        return self._sidebar.chosen() or super().meant()

    def find_in_chat(self) -> None:
        if self._later.searches_beside:  # the list may be folded away
            self._frame.show_side(True)
        if not self._later.find():
            super().find_in_chat()

    def find_chat(self) -> None:
        self._frame.side.setCurrentWidget(self._sidebar)
        self._frame.show_side(True)
        self._sidebar.focus_search()

    def fold(self) -> None:
        self._frame.show_side(self._frame.side.isHidden())

    def close_something(self) -> bool:
        if self._sidebar.search.hasFocus() and self._sidebar.search.text():
            self._sidebar.search.clear()
            return True
        return self._later.close_something()
