"""Choices that are all in sight, in as many lines as there is room for, of which exactly one is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.flow import FlowRow


class PillChoices(FlowRow):
    """`chosen` carries the value that a person chose. Tab comes to what is on, the arrow keys go on from there."""

    chosen = Signal(str)

    def __init__(self, values: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent, gap=6)
        self._values = tuple(values)
        self._group = QButtonGroup(self)
        for number, value in enumerate(values):
            button = push_button(self, "pill", value)
            button.setCheckable(True)
            button.setAutoExclusive(True)  # a screen reader calls it a radio button
            self._group.addButton(button, number)
            self.add(button)
        self._group.idClicked.connect(lambda number: self.chosen.emit(self._values[number]))
        self.set_value(self._values[0])

    def value(self) -> str:
        return self._values[self._group.checkedId()]

    def set_value(self, value: str) -> None:
        self._group.button(self._values.index(value)).setChecked(True)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for value, button in zip(self._values, self._group.buttons(), strict=True):
            button.setAccessibleName(f"{name}: {value}")
