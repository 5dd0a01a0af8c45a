"""A field of one line whose words stand in its middle, whatever face they are in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QFont, QInputMethodEvent, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

from app.desktop.base.menu import menu_of_field


def line_height(text: str, font: QFont) -> float:
    """How high a line of `text` is with all the faces that it takes."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return line.height() if line.isValid() else 0.0


class TextField(QLineEdit):
    """Qt centers a line by its own height but sets it on the baseline of the first face: words in a higher one, such
    as Hangul beside a Latin face, would stand half the difference too high."""

    _composed = ""
    _measured: tuple[str, str] | None = None
    _higher = 0

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composed = event.preeditString()
        super().inputMethodEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu_of_field(self.createStandardContextMenu(), self).popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        self._center()  # here: a spin box changes its text without a signal
        super().paintEvent(event)

    def _center(self) -> None:
        words, font = self.displayText() + self._composed, self.font()
        if (words, font.key()) != self._measured:
            self._measured = (words, font.key())
            # Each character once: the line may be long.
            others = "".join({letter for letter in words if not letter.isascii()})
            higher = line_height(others, font) - self.fontMetrics().height() if others else 0
            self._higher = max(0, round(higher))
        margins = self.textMargins()
        if margins.top() != self._higher:
            margins.setTop(self._higher)
            self.setTextMargins(margins)


def put_field_into(number: QAbstractSpinBox) -> None:
    """Let a number be written in a field that centers it, and that has the menu of all other fields."""
    field = TextField(number)
    number.setLineEdit(field)
    # Qt takes the field's menu away, to show one of its own with steps up and down.
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
