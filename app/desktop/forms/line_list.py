"""A list of lines with a button each: what was found, granted or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import Column, Row


class Line(NamedTuple):
    """A name with a quieter text below it; what its button says, and the same as a whole sentence."""

    name: str
    detail: str
    button: str
    said: str
    enabled: bool = True
    tip: str = ""


class LineWidget(QWidget):
    """One line."""

    def __init__(self, line: Line, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.words = wrapped_label(self), wrapped_label(self, "small")
        self.button = push_button(self, "bar")
        texts = Column(self.name, self.words, spacing=2)
        Row((texts, 1), (self.button, 0, Qt.AlignmentFlag.AlignVCenter), parent=self, spacing=12)
        self.show_line(line)

    def show_line(self, line: Line) -> None:
        self.name.setText(line.name)
        show_text(self.words, line.detail)
        self.words.setToolTip(line.tip)
        set_texts(self.button, line.button, line.said)
        self.button.setEnabled(line.enabled)


class LineList(QWidget):
    """`acted` carries the number of the line whose button was pressed. A focus that was in the list stays in it."""

    acted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Line, ...] = ()
        self.lines: list[LineWidget] = []
        self.nothing = wrapped_label(self, "small")
        self._rows = Column(self.nothing, parent=self, spacing=10)

    def show_lines(self, lines: Sequence[Line], nothing: str = "") -> None:
        """`nothing` is said where there are none. Lines of the same names in their order stay, with other words."""
        self.nothing.setText(nothing)
        self.nothing.setVisible(bool(nothing) and not lines)
        self.setVisible(bool(nothing or lines))
        if tuple(lines) == self._shown:
            return
        before, self._shown = self._shown, tuple(lines)
        if [line.name for line in before] == [line.name for line in lines]:
            for widget, value in zip(self.lines, lines, strict=True):
                widget.show_line(value)
            return
        focused = any(line.button.hasFocus() for line in self.lines)
        self._rows.drop(*self.lines)
        self.lines = [LineWidget(line, self) for line in lines]
        for number, line in enumerate(self.lines):
            line.button.clicked.connect(lambda _=False, number=number: self.acted.emit(number))
            self._rows.addWidget(line)
        if focused and self.lines:
            self.lines[0].button.setFocus(Qt.FocusReason.OtherFocusReason)
