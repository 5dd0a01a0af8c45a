"""A whole page that says why Coterie cannot work with its data, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import LiveWidget
from engine.errors import UserError

WIDTH = 520


class OpeningFailed(LiveWidget):
    """Shown instead of the chat when the store could not be opened. Nothing was touched by then."""

    retry_wanted = Signal()
    folder_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error: UserError | None = None
        self._symbol = QLabel(self)
        self._title = QLabel(self)
        self._title.setProperty("kind", "title")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.retry = QPushButton(self)
        self.retry.setProperty("kind", "primary")
        self.folder = QPushButton(self)
        self.quit = QPushButton(self)
        buttons = QHBoxLayout()
        for button, signal in (
            (self.retry, self.retry_wanted),
            (self.folder, self.folder_wanted),
            (self.quit, self.quit_wanted),
        ):
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._column = QVBoxLayout()
        for widget in (self._symbol, self._title, self._text):
            self._column.addWidget(widget)
        self._column.addLayout(buttons)
        middle = QVBoxLayout()
        middle.addStretch(2)
        middle.addLayout(self._column)
        middle.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addLayout(middle)
        row.addStretch(1)
        self.refresh()

    def show_error(self, error: UserError) -> None:
        self._error = error
        self.retranslate()
        self.retry.setFocus(Qt.FocusReason.OtherFocusReason)

    def text(self) -> str:
        return self._text.text()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Coterie cannot open your chats"))
        self._text.setText("" if self._error is None else languages.tell(self._error))
        for button, text in (
            (self.retry, self.tr("Try again")),
            (self.folder, self.tr("Open the folder")),
            (self.quit, self.tr("Quit")),
        ):
            button.setText(text)
            button.setAccessibleName(text)

    def restyle(self) -> None:
        px = themes.current.px
        self._column.setSpacing(px(12))
        self._symbol.setPixmap(icon("circle-alert", "warning", 32).pixmap(px(32), px(32)))
        self._text.setFixedWidth(px(WIDTH))
