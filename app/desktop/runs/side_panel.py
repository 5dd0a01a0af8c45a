"""The list beside the page: search, a new run, what runs, what has ended, and recipes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.menu import Menu
from app.desktop.run_view.rows import Row
from app.desktop.runs.run_list import Role, RunDelegate, RunListModel
from app.desktop.text.run_labels import is_under_way
from app.desktop.widgets.labels import name_icon
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.searched_list import SearchedList
from app.desktop.widgets.side_row import SideRow
from app.services.runs.values import Recipe, RunRecord
from app.services.schedules.values import ScheduleLine


class RunsSide(SearchedList):
    """Shows runs and recipes and tells what a person wants done with them; touches no service itself."""

    new_wanted = Signal()
    run_wanted = Signal(int)
    recipe_wanted = Signal(object)
    delete_wanted = Signal(int)
    recipe_delete_wanted = Signal(object)
    schedule_wanted = Signal(int)
    schedule_delete_wanted = Signal(int)
    skills_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunListModel(self)
        self.list.setModel(self.model)
        self._delegate = RunDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self.add_skills = SideRow(self, symbol="plus")
        self.add_skills.clicked.connect(self.skills_wanted)
        self.column.addLayout(Column(self.add_skills, margins=(0, 0, 0, 8), spacing=0))
        self.new.clicked.connect(self.new_wanted)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._open_first)
        self.list.open_wanted.connect(lambda index: self._open(index.data(Role.ROW)))
        self.list.delete_wanted.connect(lambda index: self._delete(index.data(Role.ROW)))
        self.list.menu_wanted.connect(lambda index, place: self.menu(index.data(Role.ROW)).popup(place))
        self.refresh()

    # What the page tells

    def show_runs(self, runs: Iterable[RunRecord]) -> None:
        focused = self.list.currentIndex().data(Role.ROW)
        self.model.show_runs(runs)
        if focused is not None:  # a row that moved to another group is a new one to the view
            self.list.setCurrentIndex(self.model.index_of(focused.key()))
        self._show_state()

    def show_recipes(self, recipes: Sequence[Recipe]) -> None:
        self.model.show_recipes(recipes)
        self._show_state()

    def show_schedules(self, schedules: Sequence[ScheduleLine], unseen: frozenset[int]) -> None:
        self.model.show_schedules(schedules, unseen)
        self._show_state()

    def show_open(self, key: tuple[str, str] | None) -> None:
        """Mark the run or recipe that the page shows."""
        if key == self._delegate.open:
            return
        self._delegate.open = key
        if key is not None and (index := self.model.index_of(key)).isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
        self.list.viewport().update()

    def take_focus(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _open(self, row: Row) -> None:
        if row.run is not None:
            self.run_wanted.emit(row.run.id)
        elif row.recipe is not None:
            self.recipe_wanted.emit(row.recipe)
        elif row.schedule is not None:
            self.schedule_wanted.emit(row.schedule.schedule.id)

    def _delete(self, row: Row) -> None:
        if row.run is not None and not is_under_way(row.run):
            self.delete_wanted.emit(row.run.id)
        elif row.recipe is not None and row.recipe.own:
            self.recipe_delete_wanted.emit(row.recipe)
        elif row.schedule is not None:
            self.schedule_delete_wanted.emit(row.schedule.schedule.id)

    def _search(self, text: str) -> None:
        self.model.search(text)
        self._show_state()

    def _open_first(self) -> None:
        first = next((row for row in self.model.rows() if row.heading is None), None)
        if self.search.text().strip() and first is not None:
            self._open(first)

    def menu(self, row: Row) -> QMenu:
        """The menu of one row. It deletes itself when it closes."""
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("eye"), self.tr("Open"), lambda: self._open(row))
        menu.addSeparator()
        delete = menu.addAction(icon("trash-2"), self.tr("Delete"), lambda: self._delete(row))
        ended = row.run is not None and not is_under_way(row.run)
        own = row.schedule is not None or (row.recipe is not None and row.recipe.own)
        delete.setEnabled(ended or own)
        return menu

    def _show_state(self) -> None:
        rows = self.model.rows()
        query = self.search.text().strip()
        self._empty.setVisible(not rows)
        self._empty.setText(
            self.tr("No run matches “{query}”.").format(query=query)
            if query
            else self.tr("Your runs will appear here.")
        )

    def retranslate(self) -> None:
        self.search.setPlaceholderText(self.tr("Search runs"))
        self.search.setAccessibleName(self.tr("Search runs"))
        name_icon(self.new, self.tr("New run"))
        self.add_skills.show_words(self.tr("Add skills…"))
        self.list.setAccessibleName(self.tr("Runs and skills"))
        self.model.refresh_words()
        self._show_state()
