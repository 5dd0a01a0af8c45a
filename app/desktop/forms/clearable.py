"""A field of a search that is emptied by a button in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import name_icon
from app.desktop.widgets.layouts import STRETCH, Row

SIGN, ROOM = 16, 30


class ClearableField(TextField):
    """While there are words in it, a button at its end takes them away: Qt's own one stays 16 pixels at every text
    size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clearing = push_button(self, "icon")
        self.clearing.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys have Esc or Backspace
        self.clearing.setCursor(Qt.CursorShape.ArrowCursor)
        self.clearing.clicked.connect(self.clear)
        Row(STRETCH, self.clearing, parent=self, margins=(0, 0, 4, 0))
        self.textChanged.connect(lambda text: self.clearing.setVisible(bool(text)))
        themes.changed.connect(self._restyle)
        self.clearing.hide()
        self._name()
        self._restyle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name()

    def _name(self) -> None:
        name_icon(self.clearing, self.tr("Clear the search"))

    def _restyle(self) -> None:
        px = themes.current.px
        set_icon(self.clearing, "x", "muted", SIGN)
        self.clearing.setFixedSize(px(ROOM), px(ROOM))
        margins = self.textMargins()
        margins.setRight(px(ROOM))
        self.setTextMargins(margins)
