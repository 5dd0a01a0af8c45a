"""What a window shows whose chat was deleted."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row


class DeletedPage(TranslatedWidget):
    """Says so, and lets a person bring the chat back or close the window."""

    restore_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ""
        self.words = text_label(self, wraps=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.restore, self.leave = push_button(self, "primary"), push_button(self)
        buttons = Row(STRETCH, self.leave, self.restore, STRETCH, spacing=8)
        Column(STRETCH, self.words, buttons, STRETCH, parent=self, margins=(24, 24, 24, 24), spacing=16)
        self.restore.clicked.connect(self.restore_wanted)
        self.leave.clicked.connect(self.close_wanted)
        self.retranslate()

    def show_chat(self, title: str) -> None:
        """The chat of this title was deleted."""
        self._title = title
        self.retranslate()
        announce(self, self.words.text())

    def retranslate(self) -> None:
        self.words.setText(self.tr("“{title}” was deleted.").format(title=self._title))
        self.restore.setText(self.tr("Undo"))
        self.leave.setText(self.tr("Close window"))
