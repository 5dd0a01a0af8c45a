"""What is done with several chosen chats at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import announce, name_icon, text_label
from app.desktop.widgets.layouts import Column, Row


class BulkBar(ThemedWidget):
    """Says how many chats are chosen, in sight while these are several."""

    move_wanted = Signal(QPushButton)  # carries the button, where projects are offered
    archive_wanted = Signal()
    delete_wanted = Signal()
    done = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "strip")
        self._count = 0
        self._words = text_label(self, "small")
        self.move_to, self.archive, self.delete, self.close_it = (push_button(self, "icon") for _ in range(4))
        buttons = QWidget(self)
        Row(self.move_to, self.archive, self.delete, self.close_it, parent=buttons, spacing=2)
        self._row = FoldingRow(self, (self._words, 1), buttons)
        Column(self._row, parent=self, margins=(10, 2, 2, 2))
        self.move_to.clicked.connect(lambda: self.move_wanted.emit(self.move_to))
        self.archive.clicked.connect(self.archive_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.close_it.clicked.connect(self.done)
        self.hide()
        self.refresh()

    def show_count(self, count: int) -> None:
        if count == self._count:
            return
        self._count = count
        self.setVisible(count > 1)
        self.retranslate()
        if count > 1:
            announce(self, self._words.text())

    def retranslate(self) -> None:
        self._words.setText(self.tr("{count} selected").format(count=self._count))
        self._row.fold()
        name_icon(self.move_to, self.tr("Move to a project"))
        name_icon(self.archive, self.tr("Archive"))
        name_icon(self.delete, self.tr("Delete"))
        name_icon(self.close_it, self.tr("Clear selection"))

    def restyle(self) -> None:
        for button, name in (
            (self.move_to, "folder"),
            (self.archive, "archive"),
            (self.delete, "trash-2"),
            (self.close_it, "x"),
        ):
            set_icon(button, name, "muted", 16)
