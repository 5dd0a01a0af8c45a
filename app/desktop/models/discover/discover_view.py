"""Discover: search, what was found, and one repository in detail."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.discover.catalogue import Catalogue
from app.desktop.models.discover.catalogue_view import CatalogueView
from app.desktop.models.discover.details_panel import DetailsPanel
from app.desktop.models.discover.repository_loader import Reading
from app.desktop.models.discover.results_list import ResultsList
from app.desktop.models.discover.search_bar import SearchBar
from app.desktop.models.discover.searching import Searching
from app.desktop.models.download_foot import DownloadFoot
from app.desktop.models.library_state import Holding, LibraryState
from app.desktop.text.state_text import failure_words
from app.desktop.widgets.labels import announce, text_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import GUTTER
from app.desktop.widgets.state_panel import StatePanel
from engine.errors import UserError
from engine.hub.values import HubModel, JudgedVariant, Query, Repository

LIST = 304
# Below this width there is room for the list or for the details, not for both.
BOTH_FROM = 720
# Below this height the list needs the room that a download at the foot would take.
FOOT_FROM = 620


class DiscoverView(ThemedWidget):
    """`get_wanted` carries a repository and a variant; `details` and `foot` have signals of their own."""

    get_wanted = Signal(object, object)
    library_wanted = Signal()
    online_wanted = Signal()
    opened = Signal(str)

    def __init__(self, calls: ServiceCalls, shelf: LibraryState, catalogue: Catalogue) -> None:
        super().__init__()
        self._shelf, self._catalogue = shelf, catalogue
        self._query: Query | None = None
        self._error: UserError | None = None
        self._repository: Repository | None = None
        self._from_before = ""  # what was open when the search began
        self.searching, self.reading = Searching(calls, self), Reading(calls, self)
        self.bar = SearchBar(self)
        self.count = text_label(self, "small")
        self.catalogue = CatalogueView(self)
        self.results = ResultsList(self)
        self.state = StatePanel(self)
        self.details = DetailsPanel(shelf.holding, self._percent, shelf.free)
        self._lists = QStackedWidget(self)
        for widget in (self.catalogue, self.results, self.state):
            self._lists.addWidget(widget)
        self._left = QWidget(self)
        Column(self.count, (self._lists, 1), parent=self._left)
        self._body = Row(self._left, (self.details, 1), spacing=18)
        self.foot = DownloadFoot(shelf)
        top, bottom = (
            Column(self.bar, margins=(0, 0, GUTTER, 0)),
            Column(self.foot, margins=(0, 0, GUTTER, 0)),
        )
        Column(top, (self._body, 1), bottom, parent=self, margins=(28, 22, 28 - GUTTER, 20), spacing=16)
        self._connect()
        self._show_lists()
        self.refresh()

    def _connect(self) -> None:
        self.bar.query_changed.connect(self._ask)
        self.bar.typed.connect(self.searching.cancel)
        self.bar.list_wanted.connect(self._focus_list)
        self.searching.found.connect(self._found)
        self.searching.judged.connect(self.results.results.set_verdicts)
        self.searching.ended.connect(self._ended)
        self.searching.failed.connect(self._failed)
        self.results.opened.connect(self.open_model)
        self.results.entered.connect(self._enter)
        self.results.end_near.connect(self._more)
        self.results.left_upwards.connect(self.bar.take_focus)
        self.catalogue.grid.entered.connect(lambda line: self._enter(HubModel(line.repo)))
        self.catalogue.grid.left_upwards.connect(self.bar.take_focus)
        self.reading.loaded.connect(self._loaded)
        self.reading.judged.connect(self._judged)
        self.reading.finished.connect(self._finished)
        self.reading.failed.connect(self.details.show_failure)
        self.state.acted.connect(self._act)
        details = self.details
        details.back_wanted.connect(self.close_details)
        details.retry_wanted.connect(lambda: self.reading.open(details.repo()))
        details.get_wanted.connect(lambda variant: self.get_wanted.emit(self._repository, variant))
        self._catalogue.changed.connect(self.show_catalogue)
        self._shelf.downloads_changed.connect(details.show_holdings)
        self._shelf.progressed.connect(lambda _: details.show_holdings())
        self._shelf.library_changed.connect(self._show_owned)

    # What the page tells

    def take_focus(self) -> bool:
        """The view comes to the front: let the keys begin where a person left it, at first in the search."""
        if self._error is not None:
            self.bar.again()
        if self.bar.isVisible() and not self.details.repo():
            self.bar.take_focus()
        elif self.bar.isVisible():
            self._focus_list()
        else:
            self.details.take_focus()
        return True

    def open_model(self, model: HubModel) -> None:
        """Show a repository; what is shown already stays."""
        if model.repo == self.details.repo():
            return
        self._repository = None
        self.details.show_opening(model)
        self.results.show_chosen(model.repo)
        self.catalogue.grid.show_chosen(model.repo)
        self.reading.open(model.repo)
        self._show_lists()
        self.opened.emit(model.repo)

    def open_repo(self, repo: str, file: str = "") -> None:
        """Show a repository by its name, the model of `file` first; one that could not be read is read again."""
        if repo == self.details.repo() and self.details.has_failed():
            self.close_details()
        self.open_model(HubModel(repo))
        self.details.ask_for(file)

    def close_details(self) -> None:
        """Back to the list, where the focus was."""
        if not self.details.repo():
            return
        self.reading.cancel()
        self._repository = None
        self.details.show_nothing()
        self._show_lists()
        self._focus_list()
        self.results.show_chosen("")
        self.catalogue.grid.show_chosen("")
        self.opened.emit("")

    def machine_changed(self) -> None:
        """Verdicts are other ones now."""
        self.reading.forget()
        if self.details.repo() and not self.reading.running():
            self.reading.open(self.details.repo())

    def try_again(self) -> None:
        """The connection may be back."""
        if self._error is not None:
            self.bar.again()

    # Searching

    def _ask(self, query: Query | None) -> None:
        self._query, self._error = query, None
        self._from_before = self.details.repo()
        self.searching.cancel()
        self.results.results.clear()
        if query is not None:
            self.searching.search(query)
        self._show_lists()

    def _found(self, models: tuple[HubModel, ...]) -> None:
        self.results.results.add(models)
        self._leave_old_details()
        self.results.show_chosen(self.details.repo())
        self._show_lists()

    def _leave_old_details(self) -> None:
        """Details of before that are not among what was found would be taken for it."""
        before, self._from_before = self._from_before, ""
        if before and before == self.details.repo() and not self.results.results.row_of(before).isValid():
            self.reading.cancel()
            self._repository = None
            self.details.show_nothing()
            self.opened.emit("")

    def _ended(self) -> None:
        if self._query is not None:
            self._leave_old_details()
        self._show_lists()
        self._announce()

    def _failed(self, error: UserError) -> None:
        self._error = error
        self._show_lists()

    def _more(self) -> None:
        self.searching.more()
        self._show_count()

    def _announce(self) -> None:
        if self.isVisible() and self._query is not None:
            announce(self, self.count.text())

    def _act(self, button: int) -> None:
        if self._error is None:
            self.bar.clear()
        elif self._error.code == "hub.offline":
            (self.online_wanted if button == 0 else self.library_wanted).emit()
        elif button == 0:
            self.bar.again()
        else:
            self.library_wanted.emit()

    # Reading

    def _enter(self, model: HubModel) -> None:
        self.open_model(model)
        if not self._left.isVisible():
            self.details.take_focus()

    def _loaded(self, repository: Repository) -> None:
        self._repository = repository
        self.details.show_repository(repository)

    def _judged(self, judged: JudgedVariant) -> None:
        self.details.show_judged(judged)
        if judged.facts is not None:
            self.results.results.set_facts(self.details.repo(), judged.facts)

    def _finished(self, judged: tuple[JudgedVariant, ...]) -> None:
        self.details.show_all(judged)
        best = next((each.verdict for each in judged if each.best), None)
        if best is not None:
            self.results.results.set_best(self.details.repo(), best)
        if (facts := self.details.facts()) is not None:
            self.results.results.set_facts(self.details.repo(), facts)

    def _percent(self, holding: Holding) -> int:
        download = holding.download
        if download is None or not download.bytes:
            return 0
        return int(100 * min(1.0, self._shelf.received(download) / download.bytes))

    # Showing

    def show_catalogue(self) -> None:
        here = {model.repo for model in self._shelf.models or ()}
        self.catalogue.grid.show_groups(self._catalogue.groups(here))
        self.catalogue.grid.show_chosen(self.details.repo())
        self._show_lists()

    def _show_owned(self) -> None:
        self.results.results.set_owned(model.repo for model in self._shelf.models or ())
        self.details.show_holdings()
        self.show_catalogue()

    def _show_lists(self) -> None:
        found = self.results.results.rowCount()
        if self._query is None:
            self._lists.setCurrentWidget(self.catalogue)
        elif found:
            self._lists.setCurrentWidget(self.results)
        else:
            self._lists.setCurrentWidget(self.state)
            self._show_state()
        self._show_count()
        self.arrange()

    def _show_state(self) -> None:
        if self._error is not None:
            self.state.say(*failure_words(self._error))
        elif self.searching.running():
            self.state.say_soon(self.tr("Searching…"))
        else:
            self.state.say(
                self.tr("Nothing found"),
                self.tr("Try fewer words, or any license and size."),
                (self.tr("Clear the search"),),
                "search",
            )
            self.count.setText(self.tr("Nothing found"))

    def _show_count(self) -> None:
        found = self.results.results.rowCount()
        self.count.setVisible(self._query is not None and found > 0)
        if not found:
            return
        number = f"{found:,}"
        if self._error is not None:
            words = self.tr("{count} models, then the connection was lost").format(count=number)
        elif self.searching.waits():
            words = self.tr("{count} models, more below").format(count=number)
        elif self.searching.running():
            words = self.tr("Found so far: {count}…").format(count=number)
        elif found == 1:
            words = self.tr("1 model")
        else:
            words = self.tr("{count} models").format(count=number)
        self.count.setText(words)

    def is_narrow(self) -> bool:
        return self.width() < themes.current.px(BOTH_FROM)

    def arrange(self) -> None:
        """List and details side by side, or one of them where there is no room, or nothing to show beside."""
        opened = bool(self.details.repo())
        browsing = self._lists.currentWidget() is not self.results
        alone = self.is_narrow() or (browsing and not opened)
        self._left.setVisible(not (self.is_narrow() and opened))
        self.bar.setVisible(not (self.is_narrow() and opened))
        self.details.setVisible(opened or not alone)
        self.details.back.setVisible(opened and (self.is_narrow() or browsing))
        self._left.setMaximumWidth(16_777_215 if alone else themes.current.px(LIST))
        # The grid of the catalogue keeps the gutter for itself; the list of results is bare.
        gutter = themes.current.px(GUTTER) if alone and not browsing else 0
        self._left.layout().setContentsMargins(0, 0, gutter, 0)
        self._left.setMinimumWidth(0 if alone else themes.current.px(LIST))

    def _focus_list(self) -> None:
        current = self._lists.currentWidget()
        if current is self.results:
            self.results.take_focus()
        elif current is self.catalogue:
            self.catalogue.grid.take_focus()

    def resizeEvent(self, event: object) -> None:
        self.arrange()
        self.foot.allow(self.height() >= themes.current.px(FOOT_FROM))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.details.repo():
            self.close_details()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.results.setAccessibleName(self.tr("Models found"))
        self.show_catalogue()

    def restyle(self) -> None:
        px = themes.current.px
        self.count.setContentsMargins(px(2), 0, 0, px(6))
        self.arrange()
