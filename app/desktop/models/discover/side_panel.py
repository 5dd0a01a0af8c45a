"""The list beside the page: its three views, the models picked for this machine, and the room on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.words import joined
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.scroller import scroll_area
from app.desktop.widgets.side_row import SideRow, fit_rows
from app.format import format_size

if TYPE_CHECKING:
    from app.services.hub.catalogue import CatalogueEntry

VIEWS = ("discover", "downloads", "library")


class ModelsSide(ThemedWidget):
    """`view_wanted` carries one of `VIEWS`, `pick_wanted` a repository."""

    view_wanted = Signal(str)
    pick_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self._unfinished = 0
        self._models: tuple[int, int] | None = None
        self._free: tuple[int, int] | None = None
        self._picks: list[CatalogueEntry] = []
        self._view, self._chosen = "discover", ""
        inside = QWidget(self)
        self._column = Column(parent=inside, margins=(12, 12, 12, 12), spacing=1)
        self.rows = {view: SideRow(inside) for view in VIEWS}
        for view, row in self.rows.items():
            row.clicked.connect(lambda _=False, view=view: self._choose_view(view))
            self._column.addWidget(row)
        self._picked = text_label(inside, "small")
        self._heading = Column(self._picked, margins=(8, 16, 8, 6))
        self._column.addLayout(self._heading)
        self._places = Column(spacing=1)
        self._column.addLayout(self._places)
        self.picks: list[SideRow] = []
        self._column.addStretch(1)
        self.free = text_label(self, "small", wraps=True, selectable=True)
        self._foot = Column(self.free, margins=(20, 10, 20, 18))
        Column((scroll_area(inside, self), 1), self._foot, parent=self, spacing=0)
        self.refresh()

    # What the page tells

    def show_view(self, view: str, repo: str = "") -> None:
        """Mark the view that is shown, and the pick whose repository is."""
        self._view, self._chosen = view, repo
        self._show_chosen()

    def show_downloads(self, unfinished: int) -> None:
        self._unfinished = unfinished
        self._show_counts()

    def show_library(self, count: int, size: int) -> None:
        self._models = (count, size)
        self._show_counts()

    def show_free(self, free: int, total: int) -> None:
        self._free = (free, total)
        self._show_counts()

    def show_picks(self, picks: Sequence[CatalogueEntry]) -> None:
        self._picks = list(picks)
        fit_rows(self.picks, len(self._picks), self._places, self, self._choose_pick)
        self._show_picks()
        self._show_chosen()

    def take_focus(self) -> None:
        """Let the keys begin at the view that is shown."""
        self.rows[self._view].setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _choose_view(self, view: str) -> None:
        self._show_chosen()  # a click checks the row by itself; which is checked is the page's to say
        self.view_wanted.emit(view)

    def _choose_pick(self, row: SideRow) -> None:
        self._show_chosen()
        self.pick_wanted.emit(self._picks[self.picks.index(row)].repo)

    def _show_chosen(self) -> None:
        repos = [pick.repo for pick in self._picks]
        picked = self._view == "discover" and self._chosen in repos
        for view, row in self.rows.items():
            row.setChecked(view == self._view and not picked)
        for row, repo in zip(self.picks, repos, strict=True):
            row.setChecked(picked and repo == self._chosen)

    def _show_counts(self) -> None:
        count = self._unfinished
        self.rows["downloads"].show_words(
            self.tr("Downloads"),
            str(count) if count else "",
            self.tr("Downloads, {count} not finished").format(count=count) if count else "",
        )
        note = described = ""
        if self._models is not None:
            number, size = self._models
            if number:
                note = joined([str(number), format_size(size)])
                described = self.tr("Library, {count} models, {size}").format(
                    count=number, size=format_size(size)
                )
        self.rows["library"].show_words(self.tr("Library"), note, described)
        self.free.setVisible(self._free is not None)
        if self._free is not None:
            free, total = self._free
            self.free.setText(self.tr("{size} free on this disk").format(size=format_size(free)))
            self.free.setToolTip(
                self.tr("{free} of {total} free where models are stored").format(
                    free=format_size(free), total=format_size(total)
                )
            )

    def _show_picks(self) -> None:
        self._picked.setVisible(bool(self._picks))
        for row, pick in zip(self.picks, self._picks, strict=True):
            size = format_size(pick.bytes) if pick.bytes else ""
            row.show_words(pick.name, size, joined([pick.name, pick.variant, size]))

    def retranslate(self) -> None:
        self.rows["discover"].show_words(self.tr("Discover"))
        self._picked.setText(self.tr("Picked for this computer"))
        self._show_counts()
        self._show_picks()
