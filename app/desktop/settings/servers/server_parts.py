"""Small parts that the settings of tool servers are made of."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.services.connections.server_values import Server


class Part(ThemedWidget):
    """A piece of a server's details: a heading over what it holds, in `column`."""

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(parent)
        self._server = server
        self.heading = wrapped_label(self, "heading")
        self.column = Column(self.heading, parent=self, spacing=8)

    def show_server(self, server: Server) -> None:
        """The server as it is now."""
        self._server = server
        self.retranslate()


class Note(QFrame):
    """A quiet ground for the words of others; they go into `column`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self.column = Column(parent=self, margins=(12, 10, 12, 10), spacing=8)


class PairLine(ThemedWidget):
    """A name and its value, which is not shown while one types: it may be a secret."""

    gone = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.value = TextField(self), TextField(self)
        self.value.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.remove = push_button(self, "icon")
        self.remove.clicked.connect(self.gone)
        Row((self.name, 2), (self.value, 3), self.remove, parent=self, spacing=8)
        self.refresh()

    def retranslate(self) -> None:
        self.name.setPlaceholderText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name of a variable or header"))
        self.value.setPlaceholderText(self.tr("Value"))
        self.value.setAccessibleName(self.tr("Its value"))
        self.remove.setAccessibleName(self.tr("Remove this line"))

    def restyle(self) -> None:
        set_icon(self.remove, "x", "muted", 16)


class Pairs(ThemedWidget):
    """Names with values, as many as one likes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[PairLine] = []
        self.more = push_button(self, "link")
        self.more.clicked.connect(self.add_line)
        self._rows = Column(spacing=6)
        Column(self._rows, Row(self.more, STRETCH), parent=self, spacing=4)
        self.refresh()

    def add_line(self) -> None:
        line = PairLine(self)
        line.gone.connect(lambda: self._remove(line))
        self.lines.append(line)
        self._rows.addWidget(line)
        line.show()
        line.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def pairs(self) -> dict[str, str]:
        return {
            line.name.text().strip(): line.value.text().strip()
            for line in self.lines
            if line.name.text().strip()
        }

    def clear(self) -> None:
        for line in tuple(self.lines):
            self._remove(line)

    def set_words(self, more: str) -> None:
        set_texts(self.more, more)

    def _remove(self, line: PairLine) -> None:
        focused = line.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self.lines.remove(line)
        self._rows.drop(line)
        if focused:
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)
