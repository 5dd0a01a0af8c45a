"""What stands in place of a list that is empty, waits, or could not be had."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import announce, set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row

SYMBOL = 28
COLUMN = 460
# What takes no longer than this needs no words.
PATIENCE_MS = 400


class StatePanel(ThemedWidget):
    """A symbol, a heading, a sentence and at most two buttons in the middle; `acted` carries 0 or 1."""

    acted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol_name = ""
        self._symbol = QLabel(self)
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.title, self.words = wrapped_label(self, "heading"), wrapped_label(self, "small")
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons = [QPushButton(self), QPushButton(self)]
        self._bar = FoldingRow(self)
        for number, button in enumerate(self.buttons):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, number=number: self.acted.emit(number))
            self._bar.add(button)
            self._bar.align(button, Qt.AlignmentFlag.AlignHCenter)
        self._inside = QWidget(self)
        Column(
            self._symbol,
            self.title,
            self.words,
            (self._bar, 0, Qt.AlignmentFlag.AlignHCenter),
            parent=self._inside,
            margins=(16, 32, 16, 32),
            spacing=8,
        )
        Column(STRETCH, Row(STRETCH, (self._inside, 1000), STRETCH), STRETCH, parent=self)
        self._wait = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._wait.timeout.connect(self._inside.show)
        self.refresh()

    def say(self, title: str, words: str = "", buttons: tuple[str, ...] = (), symbol: str = "") -> None:
        """Screen readers hear it when it is another thing than before."""
        changed = (title, words) != (self.title.text(), self.words.text())
        self._wait.stop()
        self._inside.show()
        show_text(self.title, title)
        show_text(self.words, words)
        for number, button in enumerate(self.buttons):
            text = buttons[number] if number < len(buttons) else ""
            set_texts(button, text)
            button.setVisible(bool(text))
        self._bar.setVisible(bool(buttons))
        self._bar.fold()
        self._symbol_name = symbol
        self._show_symbol()
        if changed and self.isVisible():
            announce(self, f"{title} {words}".strip())

    def say_soon(self, title: str) -> None:
        """Something is waited for: say so only if it takes a while."""
        if self._wait.isActive() or (self.title.text() == title and not self.words.text()):
            return
        self.say(title)
        self._inside.hide()
        self._wait.start()

    def hideEvent(self, event: object) -> None:
        self._wait.stop()

    def _show_symbol(self) -> None:
        self._symbol.setVisible(bool(self._symbol_name))
        if self._symbol_name:
            size = themes.current.px(SYMBOL)
            self._symbol.setPixmap(icon(self._symbol_name, "faint", SYMBOL).pixmap(size, size))

    def restyle(self) -> None:
        px = themes.current.px
        self._inside.setMaximumWidth(px(COLUMN))
        self._bar.setContentsMargins(0, px(6), 0, 0)
        self._show_symbol()
