"""A choice in a card: a name, and under it what it does; all of it can be pressed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QStyle, QStyleOption, QStylePainter, QWidget

from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column


class ChoiceRow(QAbstractButton):
    """Its ground is a form of the style sheet."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "choice")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name, self._about = text_label(self, "heading"), text_label(self, "small", wraps=True)
        for label in (self._name, self._about):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        Column(self._name, self._about, parent=self, margins=(12, 8, 12, 9), spacing=2)

    def set_choice(self, name: str, about: str) -> None:
        self._name.setText(name)
        self._about.setText(about)
        self.setAccessibleName(name)
        self.setAccessibleDescription(about)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        QStylePainter(self).drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option)
