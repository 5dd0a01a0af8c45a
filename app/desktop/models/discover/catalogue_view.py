"""The catalogue: what to begin with, before anything is searched for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.discover.catalogue_card import CatalogueCard, CatalogueLine
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import discard
from app.desktop.widgets.scroller import ColumnScroller

# A card is not narrower than this while there is more than one column.
CARD = 330
GAP = 10


class CardGrid(QWidget):
    """Cards in as many columns as there is room for; the cards of a row are equally high."""

    entered = Signal(object)
    left_upwards = Signal()
    focus_moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[tuple[QLabel, list[CatalogueCard]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_groups(self, groups: Sequence[tuple[str, Sequence[CatalogueLine]]]) -> None:
        """Headings with their cards. Cards that are there are used again, so that the focus stays."""
        if [len(lines) for _, lines in groups] != [len(cards) for _, cards in self._groups]:
            self._build([len(lines) for _, lines in groups])
        for (heading, cards), (text, lines) in zip(self._groups, groups, strict=True):
            heading.setText(text)
            for card, line in zip(cards, lines, strict=True):
                card.show_line(line)
        self.refit()

    def _build(self, counts: Sequence[int]) -> None:
        for heading, cards in self._groups:
            for widget in (heading, *cards):
                discard(widget)
        self._groups = []
        for count in counts:
            heading = text_label(self, "heading", wraps=True)
            heading.show()
            cards = [CatalogueCard(self) for _ in range(count)]
            for card in cards:
                card.setCheckable(True)
                card.clicked.connect(lambda _=False, card=card: self._enter(card))
                card.focused.connect(lambda card=card: self.focus_moved.emit(card))
                card.moved.connect(lambda across, down, card=card: self._move(card, across, down))
                card.show()
            self._groups.append((heading, cards))

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

    def refit(self) -> None:
        """Place the cards for the width there is; the height follows."""
        self.setFixedHeight(self._place(self.width()))

    def _place(self, width: int) -> int:
        px = themes.current.px
        gap = px(GAP)
        columns = max(1, (width + gap) // (px(CARD) + gap))
        wide = (width - (columns - 1) * gap) // columns
        y = 0
        for number, (heading, cards) in enumerate(self._groups):
            y += px(16) if number else 0
            high = heading.heightForWidth(max(1, width))
            heading.setGeometry(0, y, width, high)
            y += high + px(8)
            for first in range(0, len(cards), columns):
                row = cards[first : first + columns]
                tall = max(card.height_for(wide) for card in row)
                for column, card in enumerate(row):
                    card.setGeometry(column * (wide + gap), y, wide, tall)
                y += tall + gap
        return y

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(CARD), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(90), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.refit()


class CatalogueView(ThemedWidget):
    """`entered` carries the `CatalogueLine` that a person chose."""

    entered = Signal(object)
    left_upwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = CardGrid(self)
        self.grid.entered.connect(self.entered)
        self.grid.left_upwards.connect(self.left_upwards)
        self.scroller = ColumnScroller(self, bare=True)
        self.scroller.column.addWidget(self.grid)
        self.scroller.column.addStretch(1)
        self.grid.focus_moved.connect(self.scroller.show_whole)
        self.refresh()

    def show_groups(self, groups: Sequence[tuple[str, Sequence[CatalogueLine]]]) -> None:
        self.grid.show_groups(groups)

    def is_empty(self) -> bool:
        return not self.grid.cards()

    def take_focus(self) -> None:
        cards = self.grid.cards()
        chosen = [card for card in cards if card.isChecked()]
        if cards:
            (chosen or cards)[0].setFocus()

    def resizeEvent(self, event: object) -> None:
        self.scroller.setGeometry(self.rect())

    def restyle(self) -> None:
        self.grid.refit()
