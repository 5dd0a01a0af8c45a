"""A button that names what is chosen and opens the menu of what else there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.menu import Menu
from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import plain_tip
from app.desktop.widgets.labels import set_texts

CHEVRON = 14
# Narrower than this no button gets; its words are cut before.
LEAST = 120


class ChoiceButton(QPushButton):
    """`chosen` carries the value that a person chose. Enter, space and the down arrow open the menu."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._choices: list[tuple[Any, str]] = []
        self._value: Any = None
        self._name = ""
        self.menu_shown = Menu(self)
        self.clicked.connect(self.open_menu)
        themes.changed.connect(self.updateGeometry)

    def set_choices(self, name: str, choices: Sequence[tuple[Any, str]], value: Any) -> None:
        """`name` says what is chosen here; `choices` are pairs of a value and its text."""
        self._name, self._choices = name, list(choices)
        self.set_value(value)

    def set_value(self, value: Any) -> None:
        self._value = value
        text = dict(self._choices).get(value, "")
        set_texts(self, text, f"{self._name}: {text}", tip=plain_tip(self._name))
        self.updateGeometry()

    def value(self) -> Any:
        return self._value

    def open_menu(self) -> None:
        self.menu_shown.clear()
        for value, text in self._choices:
            mark = icon("check", "accent", 16) if value == self._value else icon("check", "card", 16)
            action = self.menu_shown.addAction(mark, text)
            action.triggered.connect(lambda _=False, value=value: self._choose(value))
            if value == self._value:
                self.menu_shown.setActiveAction(action)
        self.menu_shown.popup(self.mapToGlobal(QPoint(0, self.height() + themes.current.px(4))))

    def _choose(self, value: Any) -> None:
        if value != self._value:
            self.set_value(value)
            self.chosen.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        px = themes.current.px
        words = QFontMetrics(themes.current.font()).horizontalAdvance(self.text())
        return QSize(words + px(12 + 6 + CHEVRON + 10) + 2, px(34))

    def minimumSizeHint(self) -> QSize:
        wanted = self.sizeHint()
        return QSize(min(wanted.width(), themes.current.px(LEAST)), wanted.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        # The style draws the ground alone; the words stand left of the chevron, not in the middle.
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        theme = themes.current
        painter.setFont(theme.font())
        painter.setPen(self.palette().buttonText().color())
        inner = self.rect().adjusted(theme.px(12), 0, -theme.px(CHEVRON + 14), 0)
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, inner.width() + 2)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        size = theme.px(CHEVRON)
        left, top = self.width() - size - theme.px(10), (self.height() - size) // 2
        icon("chevron-down", "muted", CHEVRON).paint(painter, left, top, size, size)
