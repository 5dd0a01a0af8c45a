"""The Models page, connected to the services: its side panel and its three views."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.markdown.links import is_ordinary, open_link
from app.desktop.model_picker.tool_checking import ToolChecking
from app.desktop.models.discover.catalogue import Catalogue
from app.desktop.models.discover.discover_view import DiscoverView
from app.desktop.models.discover.side_panel import ModelsSide
from app.desktop.models.downloads_view import DownloadsView
from app.desktop.models.library_state import LibraryState
from app.desktop.models.library_view import LibraryView
from app.desktop.text.machine_text import machine_words
from app.desktop.widgets.layouts import Column
from app.services.events import ServiceEvent
from app.services.models.events import ModelChanged
from app.services.placement.events import MachineChanged
from engine.errors import UserError
from engine.hub.values import Repository, Variant
from engine.placement.plan import Machine


class ModelsPage(ThemedWidget):
    """`side` is the list that belongs beside the page. `use_wanted` carries the path of a model to chat with,
    `settings_wanted` asks for the settings of the hub, `said` carries a `Notification` for the foot of the window."""

    use_wanted = Signal(str)
    settings_wanted = Signal()
    said = Signal(object)

    def __init__(
        self, calls: ServiceCalls, tool_checking: ToolChecking, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._calls = calls
        self._view = "discover"
        self._stale = True
        self._focus_waits = False
        self._machine: Machine | None = None
        self.shelf, self._catalogue = LibraryState(calls, self), Catalogue(calls, self)
        self.side = ModelsSide(self)
        self.discover = DiscoverView(calls, self.shelf, self._catalogue)
        self.downloads = DownloadsView(self.shelf)
        self.library = LibraryView(calls, self.shelf, tool_checking)
        self._views: dict[str, DiscoverView | DownloadsView | LibraryView] = {
            "discover": self.discover,
            "downloads": self.downloads,
            "library": self.library,
        }
        self._stack = QStackedWidget(self)
        for view in self._views.values():
            self._stack.addWidget(view)
        Column(self._stack, parent=self)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.side.view_wanted.connect(self._choose_view)
        self.side.pick_wanted.connect(lambda repo: self.show_repo(repo))
        self.shelf.downloads_changed.connect(lambda: self.side.show_downloads(len(self.shelf.unfinished())))
        self.shelf.library_changed.connect(self._show_library)
        self.shelf.downloads_changed.connect(self._focus_again)
        self._catalogue.changed.connect(lambda: self.side.show_picks(self._catalogue.picks))
        discover, details, foot = self.discover, self.discover.details, self.discover.foot
        discover.opened.connect(lambda repo: self.side.show_view(self._view, repo))
        discover.get_wanted.connect(self._get)
        discover.library_wanted.connect(lambda: self.show_view("library"))
        discover.online_wanted.connect(self._go_online)
        for wanted in (details.downloads_wanted, foot.shown):
            wanted.connect(lambda: self.show_view("downloads"))
        foot.cancelled.connect(self.downloads.cancel)
        details.gate.token_wanted.connect(self.settings_wanted)
        details.link_asked.connect(self._ask_link)
        details.page_wanted.connect(self._open_page)
        self.downloads.discover_wanted.connect(lambda: self.show_view("discover"))
        self.downloads.library_wanted.connect(self._show_in_library)
        self.library.discover_wanted.connect(lambda: self.show_view("discover"))
        for view in (details, self.downloads, self.library):
            view.use_wanted.connect(self.use_wanted)
        for view in (self.downloads, self.library):
            view.said.connect(self.said)

    # What the window tells

    def open(self) -> None:
        """The page comes to the front: bring it up to date."""
        if self._stale:
            self._stale = False
            self.shelf.read()
            self._calls.do(
                lambda s: s.placements.machine(), self._take_machine, lambda _: None, executor="io"
            )
            self._catalogue.read()
        self._give_focus()

    def show_view(self, view: str) -> None:
        """One of "discover", "downloads" and "library"."""
        self._view = view
        self._stack.setCurrentWidget(self._views[view])
        self.side.show_view(view, self.discover.details.repo())
        self._give_focus()

    def show_repo(self, repo: str, file: str = "") -> None:
        """A repository in Discover, the model of `file` before its others."""
        self.show_view("discover")
        self.discover.open_repo(repo, file)

    def show_file(self, path: str) -> None:
        """A model file that a person opened outside: what it would be, before it is added or used."""
        self.show_view("library")
        self.library.offering.look(path)

    def find_model(self) -> None:
        """The search field."""
        self.show_view("discover")
        self.discover.bar.take_focus()

    def leave(self) -> None:
        """The window closes: nobody waits for a model to be read."""
        self.library.checking.stop_all()

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.shelf.take_events(events)
        for event in events:
            if isinstance(event, MachineChanged):
                self._take_machine(event.machine)
                self.discover.machine_changed()
                self.library.machine_changed()
                self._catalogue.read()
            elif isinstance(event, ModelChanged):
                self.library.show_loaded(event.path if event.state in ("ready", "loading") else "")

    def take_settings(self) -> None:
        """The connection may be another one now."""
        self.discover.try_again()

    # Inside

    def _choose_view(self, view: str) -> None:
        if view == "discover" and self._view == "discover":
            self.discover.close_details()
        self.show_view(view)

    def _give_focus(self) -> None:
        if not self.isVisible():
            return
        self._focus_waits = not self._views[self._view].take_focus()
        if self._focus_waits:
            self.side.take_focus()

    def _focus_again(self) -> None:
        """What the keys are to begin at has come, unless a person has gone somewhere else meanwhile."""
        if self._focus_waits and holds_focus(self.side):
            self._give_focus()
        self._focus_waits = False

    def _take_machine(self, machine: Machine) -> None:
        self._machine = machine
        self.discover.details.show_machine(machine_words(machine))

    def _show_library(self) -> None:
        self.side.show_library(len(self.shelf.models or ()), self.shelf.library_bytes())
        disk = self.shelf.disk
        if disk is not None and disk.total:
            self.side.show_free(disk.free, disk.total)

    def _show_in_library(self, id: str) -> None:
        self.show_view("library")
        if id:
            self.library.show_model(id)

    def _get(self, repository: Repository, variant: Variant) -> None:
        self._calls.do(
            lambda s: s.downloads.add(repository, variant),
            lambda _: self.shelf.read(),
            lambda error: self._not_begun(repository, variant, error),
            executor="io",
            owner=self,
        )

    def _not_begun(self, repository: Repository, variant: Variant, error: UserError) -> None:
        self.discover.details.show_refusal(repository.model.repo, variant.name, error.info)
        self.shelf.read()

    def _go_online(self) -> None:
        self._calls.do(
            lambda s: s.settings.change(offline=False),
            lambda _: self.discover.try_again(),
            executor="io",
            owner=self,
        )

    def _ask_link(self, address: str) -> None:
        """An address from a model card is a stranger's: it is shown whole before it is opened."""
        if is_ordinary(address):
            self.said.emit(Notification(address, self.tr("Open in the browser"), lambda: open_link(address)))

    def _open_page(self, repo: str) -> None:
        self._calls.do(
            lambda s: s.hub.access().endpoint,
            lambda hub: open_link(f"{hub}/{repo}"),
            executor="io",
            owner=self,
        )

    def retranslate(self) -> None:
        if self._machine is not None:
            self.discover.details.show_machine(machine_words(self._machine))
