"""Push buttons in the forms of the style sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QPushButton, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_property
from app.desktop.base.theme import themes

COPIED_MS = 1600
# Whether a word shows before the pointer or the focus is on it.
Presence = Literal["", "hidden"]


def push_button(parent: QWidget, kind: str = "", text: str = "") -> QPushButton:
    """A button that takes the focus by keys alone. `kind` is a form of the style sheet."""
    button = QPushButton(text, parent)
    if kind:
        button.setProperty("kind", kind)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def one_of_many(button: QAbstractButton) -> None:
    """Make a button one of several choices: a screen reader calls it a radio button. Which is chosen its owner says,
    and Tab comes to each."""
    button.setCheckable(True)
    alone = QButtonGroup(button)  # so that Qt lets its owner say it
    alone.setExclusive(False)
    alone.addButton(button)
    button.setAutoExclusive(True)


def word_button(parent: QWidget, kind: str = "word", text: str = "") -> QPushButton:
    """A word to press among the words of a text: "word", "small-word" or, on a ground, "badge"."""
    button = push_button(parent, kind, text)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def set_presence(button: QPushButton, presence: Presence) -> None:
    set_property(button, "presence", presence)


def paint_focus_ring(painter: QPainter, rect: QRectF, radius: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(themes.current.accent), 2))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)


class CopyButton(QPushButton):
    """Puts what `text` gives on the clipboard and says so for a moment. Its owner names it for a screen reader."""

    def __init__(self, parent: QWidget, text: Callable[[], str]) -> None:
        super().__init__(parent)
        self.setProperty("kind", "small-word")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._text = text
        self.clicked.connect(self._copy)
        self.rest()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())
        self.setText(self.tr("Copied"))
        back = QTimer(self, singleShot=True, interval=COPIED_MS)
        back.timeout.connect(self.rest)
        back.timeout.connect(back.deleteLater)
        back.start()

    def rest(self) -> None:
        """Say what it does again."""
        self.setText(self.tr("Copy"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.rest()


class JumpButton(QPushButton):
    """The round button that goes to the newest words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "jump")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        themes.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        set_icon(self, "arrow-down", "muted", 18)
        self.adjustSize()
