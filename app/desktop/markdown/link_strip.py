"""The question before a link is opened: the whole address, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.note_strip import Strip

# From the lower edge of what it floats on.
ABOVE_EDGE = 12


class LinkStrip(Strip):
    """Floats on what it belongs to. `agreed` carries the address that is to be opened; `answered` comes whenever the
    question is over."""

    agreed = Signal(str)
    answered = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, floating=True)
        self._address = ""
        self.pressed.connect(self._answer)
        self.hide()

    def ask(self, address: str) -> None:
        """Shows the whole address; the harmless answer has the focus."""
        self._address = address
        question = self.tr("Open this address?") + "\n" + address
        self.set_content(question, [self.tr("Open"), self.tr("Copy address"), self.tr("Cancel")])
        self.show()
        self.raise_()

    def _answer(self, button: int) -> None:
        address = self._address
        self.drop()
        if button == 0:
            self.agreed.emit(address)
        elif button == 1:
            QGuiApplication.clipboard().setText(address)

    def drop(self) -> None:
        """Takes the question back."""
        self._address = ""
        if not self.isHidden():
            self.hide()
            self.answered.emit()

    def place(self, left: int, width: int, height: int) -> None:
        """Puts it at the lower edge of a parent of that height."""
        tall = self.fit(width)
        self.setGeometry(left, height - tall - ABOVE_EDGE, width, tall)
