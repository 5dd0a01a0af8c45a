"""What a run may do unasked: four modes, each with a plain sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from agents.events import Mode
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.run_labels import MODES, mode_name, mode_sentence
from app.desktop.widgets.choice_card import ChoiceCard
from app.desktop.widgets.layouts import Column


class ModeChoice(ThemedWidget):
    """`chosen` carries the mode. Up and down move the choice."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = [ChoiceCard(self, one_of=True) for _ in MODES]
        Column(*self.buttons, parent=self, spacing=6)
        for mode, button in zip(MODES, self.buttons, strict=True):
            button.clicked.connect(lambda _=False, mode=mode: self._choose(mode))
        self.set_mode("ask")
        self.refresh()

    def mode(self) -> Mode:
        chosen = (mode for mode, button in zip(MODES, self.buttons, strict=True) if button.isChecked())
        return next(chosen, "ask")

    def set_mode(self, mode: Mode) -> None:
        for each, button in zip(MODES, self.buttons, strict=True):
            button.setChecked(each == mode)

    def _choose(self, mode: Mode) -> None:
        self.set_mode(mode)
        self.chosen.emit(mode)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        at = next((number for number, button in enumerate(self.buttons) if button.hasFocus()), -1)
        if step and at >= 0 and 0 <= at + step < len(self.buttons):
            self.buttons[at + step].setFocus(Qt.FocusReason.TabFocusReason)
            self._choose(MODES[at + step])
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("What it may do without asking"))
        for mode, button in zip(MODES, self.buttons, strict=True):
            button.set_choice(mode_name(mode), mode_sentence(mode))
