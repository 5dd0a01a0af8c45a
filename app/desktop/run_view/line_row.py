"""A line of a card: words, a quieter note behind them, and at most one small button at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import plain_tip
from app.desktop.widgets.elided import ElidedLabel


class LineRow(ThemedWidget):
    """`acted` comes with its button, which has the icon `symbol`, and carries what the line is about."""

    acted = Signal(object)

    def __init__(self, symbol: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = symbol
        self._about: object = None
        self.words = ElidedLabel(self, pixels=13)
        self.note = QLabel(self)
        self.note.setProperty("kind", "small")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton(self)
        self.button.setProperty("kind", "tiny")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(lambda: self.acted.emit(self._about))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.words, 1)
        self._row.addWidget(self.note)
        self._row.addWidget(self.button)
        self.refresh()

    def show_words(self, words: str, note: str = "", *, tone: str = "small", whole: str = "") -> None:
        """`tone` is the form of the note's label; `whole` is the tool tip where the words alone are too short."""
        self.words.set_whole(words)
        self.note.setText(note)
        self.note.setVisible(bool(note))
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
        self._row.setSpacing(themes.current.px(8))
        if self._symbol:
            set_icon(self.button, self._symbol, "muted", 14)
        self.button.setVisible(bool(self._symbol) and bool(self.button.accessibleName()))


def fit_lines(
    lines: list[LineRow],
    count: int,
    column: QVBoxLayout,
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
        column.removeWidget(line)
        line.hide()
        line.deleteLater()
    del lines[count:]
