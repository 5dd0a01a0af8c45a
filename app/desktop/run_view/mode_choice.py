"""What a run may do unasked: four modes, each with a plain sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from agents.events import Mode
from app.desktop.base.style import hover
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.run_labels import MODES, mode_name, mode_sentence
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column


class ModeButton(QAbstractButton):
    """One mode: its name and its sentence, in a frame that is marked when it is chosen."""

    def __init__(self, mode: Mode, parent: QWidget) -> None:
        super().__init__(parent)
        self.mode: Mode = mode
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._name = wrapped_label(self, "heading", selectable=False)
        self._sentence = wrapped_label(self, "small", selectable=False)
        self._column = Column(parent=self, margins=(38, 8, 12, 8), spacing=1)
        for label in (self._name, self._sentence):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._column.addWidget(label)

    def show_words(self) -> None:
        self._name.setText(mode_name(self.mode))
        self._sentence.setText(mode_sentence(self.mode))
        self.setAccessibleName(mode_name(self.mode))
        self.setAccessibleDescription(mode_sentence(self.mode))

    def nextCheckState(self) -> None:
        self.setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(1, 1, -2, -2)
        on, radius = self.isChecked(), theme.px(8)
        ground = theme.accent_soft if on else hover(theme) if self.underMouse() else theme.card
        edge = theme.accent if on or self.hasFocus() else theme.line
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(box, radius, radius)
        size = theme.px(16)
        left, top = theme.px(12), theme.px(11)
        painter.setBrush(QColor(theme.card))
        painter.setPen(QPen(QColor(theme.accent if on else theme.muted), 1.4))
        painter.drawEllipse(left, top, size, size)
        if on:
            inset = theme.px(4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(left + inset, top + inset, size - 2 * inset, size - 2 * inset)


class ModeChoice(ThemedWidget):
    """`chosen` carries the mode. Up and down move the choice."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = [ModeButton(mode, self) for mode in MODES]
        self._column = Column(parent=self, spacing=6)
        for button in self.buttons:
            self._column.addWidget(button)
            button.clicked.connect(lambda _=False, button=button: self._choose(button))
        self.set_mode("ask")
        self.refresh()

    def mode(self) -> Mode:
        return next((button.mode for button in self.buttons if button.isChecked()), "ask")

    def set_mode(self, mode: Mode) -> None:
        for button in self.buttons:
            button.setChecked(button.mode == mode)

    def _choose(self, button: ModeButton) -> None:
        self.set_mode(button.mode)
        self.chosen.emit(button.mode)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        at = next((number for number, button in enumerate(self.buttons) if button.hasFocus()), -1)
        if step and at >= 0 and 0 <= at + step < len(self.buttons):
            self.buttons[at + step].setFocus(Qt.FocusReason.TabFocusReason)
            self._choose(self.buttons[at + step])
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("What it may do without asking"))
        for button in self.buttons:
            button.show_words()
