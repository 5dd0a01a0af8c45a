"""Where a person says how a run that has ended goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.widgets.layouts import Row


class FollowUp(FittedWidget):
    """`wanted` carries what was written, unless `meant` says that it was a command."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.meant: Callable[[str], bool] = lambda text: False
        self.field = TextField(self)
        self.send = QPushButton(self)
        Row((self.field, 1), self.send, parent=self, margins=(0, 2, 0, 2), spacing=8)
        self.field.returnPressed.connect(self._send)
        self.field.textChanged.connect(lambda text: self.send.setEnabled(bool(text.strip())))
        self.send.clicked.connect(self._send)
        self.send.setEnabled(False)
        self.retranslate()
        self.hide()

    def _send(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            if not self.meant(text):
                self.wanted.emit(text)

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("What should it do next?"))
        self.field.setAccessibleName(self.tr("What the run should do next"))
        self.send.setText(self.tr("Continue"))
