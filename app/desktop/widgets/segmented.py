"""A row of choices of which exactly one is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.layouts import Row


class SegmentedControl(QFrame):
    """Choices side by side, or after `fit_width` below each other; `chosen` carries the value a person chose. Left
    and right move the choice."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "segments")
        self._group = QButtonGroup(self)
        self._values: list[str] = []
        self._layout = Row(parent=self, margins=(1, 1, 1, 1), spacing=0)
        themes.changed.connect(self._fit)
        self._group.idClicked.connect(lambda index: self.chosen.emit(self._values[index]))

    def set_choices(self, choices: Sequence[tuple[str, str]], value: str) -> None:
        """`choices` are pairs of a value and the text that names it."""
        if [choice for choice, _ in choices] != self._values:
            self._rebuild([choice for choice, _ in choices])
        for button, (_, text) in zip(self._group.buttons(), choices, strict=True):
            button.setText(text)
        self._fit()
        self._name_buttons()
        self.set_value(value)

    def _fit(self) -> None:
        """The chosen one is bold, and must not be cut for it."""
        metrics = QFontMetrics(themes.current.font(12, bold=True))
        for button in self._group.buttons():
            button.setMinimumWidth(metrics.horizontalAdvance(button.text()) + 2 * themes.current.px(11) + 2)

    def fit_width(self, room: int) -> None:
        """Take the form for which there is room."""
        widths = [button.minimumWidth() for button in self._group.buttons()]
        down = sum(widths) + 2 > room
        self._layout.setDirection(
            QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight
        )

    def least_width(self) -> int:
        return max((button.minimumWidth() for button in self._group.buttons()), default=0) + 2

    def _rebuild(self, values: list[str]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._layout.removeWidget(button)
            button.deleteLater()
        self._values = values
        for index in range(len(values)):
            button = push_button(self, "segment")
            button.setCheckable(True)
            button.setAutoExclusive(True)  # a screen reader calls it a radio button
            self._group.addButton(button, index)
            self._layout.addWidget(button)
            # A layout shows what is added to it later, and has no size for it until then.
            button.show()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._name_buttons()

    def _name_buttons(self) -> None:
        for button in self._group.buttons():
            name = self.accessibleName()
            button.setAccessibleName(f"{name}: {button.text()}" if name else button.text())

    def value(self) -> str:
        return self._values[self._group.checkedId()] if self._group.checkedId() >= 0 else ""

    def values(self) -> list[str]:
        return list(self._values)

    def set_value(self, value: str) -> None:
        """Show `value` as chosen; a value that is not among the choices leaves none chosen."""
        self._group.setExclusive(False)
        for choice, button in zip(self._values, self._group.buttons(), strict=True):
            button.setChecked(choice == value)
        self._group.setExclusive(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        index = self._group.checkedId() + step
        if step and 0 <= index < len(self._values):
            self._group.button(index).setFocus(Qt.FocusReason.TabFocusReason)
            self._group.button(index).click()
        else:
            super().keyPressEvent(event)
