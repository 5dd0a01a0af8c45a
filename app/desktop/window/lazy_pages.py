"""Pages built when they are first opened: models, runs, placement, server, settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.desktop.window.window_state import WindowMemory
from app.services.events import ServiceEvent
from app.services.models.engine_names import of_run

if TYPE_CHECKING:
    from app.desktop.base.service_calls import ServiceCalls
    from app.desktop.model_picker.tool_checking import ToolChecking
    from app.desktop.models.models_page import ModelsPage
    from app.desktop.placement.placement_page import PlacementPage
    from app.desktop.runs.run_state import RunListState
    from app.desktop.runs.runs_page import RunsPage
    from app.desktop.server.server_control import ServerControl
    from app.desktop.server.server_page import ServerPage
    from app.desktop.settings.settings_page import SettingsPage
    from app.desktop.widgets.toast import Toast

    Page = ModelsPage | RunsPage | PlacementPage | ServerPage | SettingsPage


class LazyPages(QObject):
    """Owns the pages beside the chat and builds each on first use.

    `chat_wanted` carries the path of a model to chat with, `hub_wanted` and `workers_wanted` ask for those settings,
    `shortcuts_wanted` for the sheet of keys, `update_wanted` for what is new in a version, `restart_wanted` for its
    start,
    `model_wanted` for the list of models, `said` carries a `Notification` for the foot of the window,
    `shown_changed` comes when another run may be shown, or none, `run_restored` carries its id,
    `import_wanted` the paths of files with chats, `deleted_wanted` asks for the chats that were deleted.
    """

    chat_wanted = Signal(str)
    hub_wanted = Signal()
    workers_wanted = Signal()
    shortcuts_wanted = Signal()
    update_wanted = Signal()
    restart_wanted = Signal()
    model_wanted = Signal()
    deleted_wanted = Signal()
    run_restored = Signal(int)
    export_wanted = Signal()
    import_wanted = Signal(list)
    said = Signal(object)
    shown_changed = Signal()

    def __init__(
        self,
        calls: ServiceCalls,
        checking: ToolChecking,
        shelf: RunListState,
        toast: Toast,
        pages: QStackedWidget,
        side: QStackedWidget,
        home: Path,
        server: ServerControl,
    ) -> None:
        super().__init__(pages)
        self._home, self._memory, self._control = home, WindowMemory(home), server
        self._conversation: int | None = None
        self._calls, self._checking, self._shelf, self._toast = calls, checking, shelf, toast
        self._pages, self._side = pages, side
        self._models: ModelsPage | None = None
        self._runs: RunsPage | None = None
        self._placement: PlacementPage | None = None
        self._server: ServerPage | None = None
        self._settings: SettingsPage | None = None

    @property
    def placement(self) -> PlacementPage:
        if self._placement is None:
            from app.desktop.placement.placement_page import PlacementPage

            page = self._placement = PlacementPage(self._calls, self._pages)
            page.view.details.open(self._memory.placement_details)
            page.view.details.opened.connect(self._memory.keep_placement_details)
            page.workers_wanted.connect(self.workers_wanted)
            page.model_strip.choose_wanted.connect(self.model_wanted)
            page.watching.show_conversation(self._conversation)
            self._take_up(page, page.side)
        return self._placement

    @property
    def server(self) -> ServerPage:
        if self._server is None:
            from app.desktop.server.server_page import ServerPage

            self._server = ServerPage(self._calls, self._control, self._pages)
            self._take_up(self._server)
            self._show_settings()
        return self._server

    @property
    def settings(self) -> SettingsPage:
        if self._settings is None:
            from app.desktop.settings.settings_page import SettingsPage

            page = self._settings = SettingsPage(self._calls, self._home, self._pages)
            page.run_restored.connect(self.run_restored)
            page.export_wanted.connect(self.export_wanted)
            page.data.import_wanted.connect(self.import_wanted)
            page.data.deleted_wanted.connect(self.deleted_wanted)
            page.said.connect(self.said)
            page.shortcuts_wanted.connect(self.shortcuts_wanted)
            page.updates.update_wanted.connect(self.update_wanted)
            page.updates.restart_wanted.connect(self.restart_wanted)
            self._take_up(page, page.side)
            self._show_settings()
        return self._settings

    @property
    def models(self) -> ModelsPage:
        if self._models is None:
            from app.desktop.models.models_page import ModelsPage

            page = self._models = ModelsPage(self._calls, self._checking, self._pages)
            page.use_wanted.connect(self.chat_wanted)
            page.settings_wanted.connect(self.hub_wanted)
            page.said.connect(self.said)
            self._take_up(page, page.side)
        return self._models

    @property
    def runs(self) -> RunsPage:
        if self._runs is None:
            from app.desktop.runs.runs_page import RunsPage

            page = self._runs = RunsPage(self._calls, self._shelf, self._pages)
            tools, checking = page.form.model.tools, self._checking
            tools.check_wanted.connect(checking.start)
            tools.stop_wanted.connect(checking.cancel)
            checking.changed.connect(lambda: tools.show_checking(checking.now))
            self._toast.stand_above(page.form.foot)
            page.looked_at.connect(lambda run: self._toast.drop(("run", run)))
            page.shown_changed.connect(self.shown_changed)
            page.said.connect(self.said)
            self._take_up(page, page.side)
        return self._runs

    def page(self, name: str) -> tuple[Page, QWidget | None]:
        """The page of this name and what stands beside it."""
        match name:
            case "settings":
                return self.settings, self.settings.side
            case "placement":
                return self.placement, self.placement.side
            case "server":
                return self.server, None
            case "models":
                return self.models, self.models.side
            case _:
                return self.runs, self.runs.side

    def _take_up(self, page: Page, side: QWidget | None = None) -> None:
        self._pages.addWidget(page)
        if side is not None:
            self._side.addWidget(side)
        if self._calls.services is not None:
            page.take_events([self._calls.services.models.state])

    def take_events(self, events: list[ServiceEvent]) -> None:
        for page in (self._settings, self._placement, self._models, self._runs, self._server):
            if page is not None:
                page.take_events(events)

    def take_settings(self) -> None:
        self._show_settings()
        if self._models is not None:
            self._models.take_settings()

    def _show_settings(self) -> None:
        for page in (self._settings, self._server):
            if page is not None and self._calls.services is not None:
                page.take_settings(self._calls.services.settings.current)

    def show_conversation(self, conversation: int | None) -> None:
        """Another chat is open, or none."""
        self._conversation = conversation
        if self._placement is not None:
            self._placement.watching.show_conversation(conversation)

    def shows_downloads(self) -> bool:
        """Whether a person looks at the downloads."""
        return self._models is not None and self._models.downloads.isVisible()

    def shows_run(self, run: int) -> bool:
        """Whether a person looks at this run, if the window is in front."""
        return self._runs is not None and self._runs.shows(run)

    def in_front(self) -> str:
        """What the engine calls the run that is shown; "" where none is."""
        shown = (
            self._runs.shown if self._runs is not None and self._runs is self._pages.currentWidget() else None
        )
        return "" if shown is None else of_run(shown)

    @property
    def shows_placement(self) -> bool:
        return self._placement is not None and self._placement.isVisible()

    @property
    def searches_beside(self) -> bool:
        """Whether the page that is shown is searched in the list beside it."""
        return any(page is not None and page.isVisible() for page in (self._runs, self._settings))

    def find(self) -> bool:
        """Ctrl+F on one of these pages; False when none is shown."""
        if self._models is not None and self._models.isVisible():
            self._models.find_model()
        elif self._runs is not None and self._runs.isVisible():
            self._runs.side.focus_search()
        elif self._settings is not None and self._settings.isVisible():
            self._settings.side.take_focus()
        else:
            return False
        return True

    def close_something(self) -> bool:
        """Esc on one of these pages; False when nothing was open."""
        if self._settings is not None and self._settings.isVisible() and self._settings.side.search.text():
            self._settings.side.search.clear()
            return True
        return self._runs is not None and self._runs.isVisible() and self._runs.close_something()

    def leave(self) -> None:
        """The window closes."""
        if self._settings is not None:
            self._settings.leave()
        if self._models is not None:
            self._models.leave()
