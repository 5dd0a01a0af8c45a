"""The catalogue: what to begin with, before anything is searched for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.discover.catalogue_card import CatalogueCard, CatalogueLine
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import discard
from app.desktop.widgets.scroller import ColumnScroller

# A card is not narrower than this while there is more than one column.
CARD = 330
GAP = 10


class CardGrid(ThemedWidget):
    """Cards in as many columns as there is room for; the cards of a row are equally high. `entered` carries the
    `CatalogueLine` that a person chose."""

    entered = Signal(object)
    left_upwards = Signal()
    focus_moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[tuple[QLabel, list[CatalogueCard]]] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.refresh()

    def show_groups(self, groups: Sequence[tuple[str, Sequence[CatalogueLine]]]) -> None:
        """Headings with their cards. Cards that are there are used again, so that the focus stays."""
        if [len(lines) for _, lines in groups] != [len(cards) for _, cards in self._groups]:
            self._build([len(lines) for _, lines in groups])
        for (heading, cards), (text, lines) in zip(self._groups, groups, strict=True):
            heading.setText(text)
            for card, line in zip(cards, lines, strict=True):
                card.show_line(line)

    def _build(self, counts: Sequence[int]) -> None:
        for heading, cards in self._groups:
            for widget in (heading, *cards):
                discard(widget, self._grid)
        self._groups = []
        for count in counts:
            cards = [CatalogueCard(self) for _ in range(count)]
            for card in cards:
                card.clicked.connect(lambda _=False, card=card: self._enter(card))
                card.focused.connect(lambda card=card: self.focus_moved.emit(card))
                card.moved.connect(lambda across, down, card=card: self._move(card, across, down))
            self._groups.append((text_label(self, "heading", wraps=True), cards))
        self._place()

    def cards(self) -> list[CatalogueCard]:
        return [card for _, cards in self._groups for card in cards]

    def show_chosen(self, repo: str) -> None:
        for card in self.cards():
            card.setChecked(bool(repo) and card.line.repo == repo)

    def _enter(self, card: CatalogueCard) -> None:
        self.show_chosen(card.line.repo)
        self.entered.emit(card.line)

    def columns(self) -> int:
        px = themes.current.px
        return max(1, (self.width() + px(GAP)) // (px(CARD) + px(GAP)))

    def _move(self, card: CatalogueCard, across: int, down: int) -> None:
        """To the card at the side, or to the nearest of the row above or below."""
        cards = self.cards()
        if across:
            index = cards.index(card) + across
            if 0 <= index < len(cards):
                cards[index].setFocus()
            return
        rows = sorted({other.y() for other in cards})
        row = rows.index(card.y()) + down
        if row < 0:
            self.left_upwards.emit()
        elif row < len(rows):
            near = [other for other in cards if other.y() == rows[row]]
            min(near, key=lambda other: abs(other.x() - card.x())).setFocus()

    def _place(self) -> None:
        """Put the cards into as many columns as there is room for."""
        px, grid, row, self._columns = themes.current.px, self._grid, 0, self.columns()
        grid.setSpacing(px(GAP))
        for heading, cards in self._groups:
            heading.setContentsMargins(0, px(16) if row else 0, 0, 0)
            grid.addWidget(heading, row, 0, 1, self._columns)
            for number, card in enumerate(cards):
                down, column = divmod(number, self._columns)
                grid.addWidget(card, row + 1 + down, column)
            row += 1 + -(-len(cards) // self._columns)
        for column in range(grid.columnCount()):
            grid.setColumnStretch(column, int(column < self._columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.columns() != self._columns:
            self._place()

    def take_focus(self) -> None:
        cards = self.cards()
        chosen = [card for card in cards if card.isChecked()]
        if cards:
            (chosen or cards)[0].setFocus()

    def restyle(self) -> None:
        for card in self.cards():
            card.show_line(card.line)
        self._place()


class CatalogueView(ColumnScroller):
    """The cards of the catalogue, in `grid`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, bare=True)
        self.grid = CardGrid(self)
        self.column.addWidget(self.grid)
        self.column.addStretch(1)
        self.grid.focus_moved.connect(self.show_whole)
