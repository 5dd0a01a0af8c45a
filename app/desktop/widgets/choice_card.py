"""A choice in a frame: a name, and under it what it does; all of it can be pressed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import one_of_many
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column, Row


class ChoiceCard(QPushButton):
    """`one_of`: it stays chosen until another one is, and is marked so."""

    def __init__(self, parent: QWidget, *, one_of: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "choice")
        if one_of:
            one_of_many(self)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._mark = QFrame(self)
        self._mark.setProperty("kind", "radio")
        self._mark.setVisible(one_of)
        self._name = wrapped_label(self, "heading", selectable=False)
        self._about = wrapped_label(self, "small", selectable=False)
        for part in (self._mark, self._name, self._about):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        Row(
            (Column(self._mark, margins=(0, 2, 0, 0)), 0, Qt.AlignmentFlag.AlignTop),
            (Column(self._name, self._about, spacing=2), 1),
            parent=self,
            margins=(12, 8, 12, 9),
            spacing=10,
        )
        self.toggled.connect(lambda on: set_property(self._mark, "on", on))
        themes.changed.connect(self._restyle)
        self._restyle()

    def set_choice(self, name: str, about: str) -> None:
        self._name.setText(name)
        self._about.setText(about)
        self.setAccessibleName(name)
        self.setAccessibleDescription(about)

    def nextCheckState(self) -> None:
        self.setChecked(self.isCheckable())

    def _restyle(self) -> None:
        self._mark.setFixedSize(themes.current.px(16), themes.current.px(16))
