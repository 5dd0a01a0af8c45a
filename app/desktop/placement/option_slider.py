"""One wish as a slider: its name and value above it, and a button that leaves it to the planner again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.placement.steps import nearest_step
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.layouts import Column, Row


class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        # The page is scrolled with the wheel; a value must not change on the way.
        event.ignore()


class OptionSlider(ThemedWidget):
    """`changed` carries the chosen value while the handle moves, or None for automatic."""

    changed = Signal(object)

    def __init__(self, shown: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = shown
        self._steps: tuple[int, ...] = (0,)
        self._chosen: int | None = None
        self._automatic = 0
        self._name = QLabel(self)
        self._value = ElidedLabel(self, pixels=13, mode=Qt.TextElideMode.ElideRight)
        self._value.setProperty("kind", "value")
        # In a narrow card the words give way before the card does.
        self._name.setMinimumWidth(1)
        self.reset = push_button(self, "tiny")
        # Its room stays, so that the line does not move when it comes.
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.slider = _Slider(Qt.Orientation.Horizontal, self)
        Column(Row(self._name, (self._value, 1), self.reset, spacing=10), self.slider, parent=self, spacing=0)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self._moved)
        self.reset.clicked.connect(self._reset)
        self.refresh()

    def set_name(self, name: str) -> None:
        self._name.setText(name)
        self.slider.setAccessibleName(name)
        self.reset.setAccessibleName(self.tr("{name}: back to automatic").format(name=name))

    def set_steps(self, steps: tuple[int, ...]) -> None:
        self._steps = steps
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, len(steps) - 1)
            self.slider.setPageStep(max(1, len(steps) // 10))

    def show_value(self, chosen: int | None, automatic: int) -> None:
        """What is wished, and what holds where nothing is. A handle that is held stays where the hand is."""
        self._automatic = automatic
        if self.slider.isSliderDown():
            return
        self._chosen = chosen
        with QSignalBlocker(self.slider):
            self.slider.setValue(nearest_step(self._steps, automatic if chosen is None else chosen))
        self._show()

    def value(self) -> int | None:
        return self._chosen

    def text(self) -> str:
        return self._value.whole()

    def _moved(self, index: int) -> None:
        self._chosen = self._steps[index]
        self._show()
        self.changed.emit(self._chosen)

    def _reset(self) -> None:
        self.slider.setFocus(Qt.FocusReason.OtherFocusReason)
        self._chosen = None
        self._show()
        # What the planner makes of it is not known yet.
        self._value.set_whole(self.tr("automatic"))
        self.changed.emit(None)

    def _show(self) -> None:
        value = text = self._shown(self._automatic if self._chosen is None else self._chosen)
        if self._chosen is None:
            text = self.tr("{value}, automatic").format(value=value)
        self._value.set_forms((text, value))
        self.slider.setAccessibleDescription(text)
        self.reset.setVisible(self._chosen is not None)

    def retranslate(self) -> None:
        self.reset.setToolTip(self.tr("Back to automatic"))
        self.set_name(self._name.text())
        self._show()

    def restyle(self) -> None:
        set_icon(self.reset, "undo-2", "muted", 14)
