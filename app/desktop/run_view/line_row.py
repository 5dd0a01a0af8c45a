"""A line of a card: words, a quieter note behind them, and at most one small button at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import plain_tip
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import Row, discard


class LineRow(ThemedWidget):
    """`acted` comes with its button, which has the icon `symbol`, and carries what the line is about."""

    acted = Signal(object)

    def __init__(self, symbol: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = symbol
        self._about: object = None
        self.words = ElidedLabel(self, pixels=13)
        self.note = text_label(self, "small")
        self.button = push_button(self, "tiny")
        self.button.clicked.connect(lambda: self.acted.emit(self._about))
        Row((self.words, 1), self.note, self.button, parent=self, spacing=8)
        self.refresh()

    def show_words(self, words: str, note: str = "", *, tone: str = "small", whole: str = "") -> None:
        """`tone` is the form of the note's label; `whole` is the tool tip where the words alone are too short."""
        self.words.set_whole(words)
        show_text(self.note, note)
        if self.note.property("kind") != tone:
            set_kind(self.note, tone)
        if whole:
            self.setToolTip(plain_tip(whole))

    def show_button(self, name: str, about: object, *, on: bool = True) -> None:
        """`name` says what the button does; "" takes it away."""
        self._about = about
        self.button.setVisible(bool(name))
        self.button.setEnabled(on)
        self.button.setAccessibleName(name)
        self.button.setToolTip(plain_tip(name))

    def restyle(self) -> None:
        if self._symbol:
            set_icon(self.button, self._symbol, "muted", 14)
        self.button.setVisible(bool(self._symbol) and bool(self.button.accessibleName()))


def fit_lines(
    lines: list[LineRow],
    count: int,
    column: QBoxLayout,
    parent: QWidget,
    symbol: str = "",
    acted: Callable[[object], None] | None = None,
) -> None:
    """Make `lines` so many, those that are there staying; new ones go to the end of `column`. `acted` is called with
    what a line is about when its button is pressed."""
    while len(lines) < count:
        line = LineRow(symbol, parent)
        if acted is not None:
            line.acted.connect(acted)
        column.addWidget(line)
        lines.append(line)
    for line in lines[count:]:
        discard(line, column)
    del lines[count:]
