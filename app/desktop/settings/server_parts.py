"""Small parts that the settings of tool servers are made of."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget


def small(parent: QWidget, kind: str = "small") -> QLabel:
    """A line of help or a note: plain text, wrapped, selectable."""
    label = QLabel(parent)
    label.setProperty("kind", kind)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    return label


def button(parent: QWidget, kind: str = "bar") -> QPushButton:
    made = QPushButton(parent)
    made.setProperty("kind", kind)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


class Dot(QWidget):
    """A round mark in a colour of the theme; what it means stands beside it in words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._colour = "faint"

    def show_colour(self, colour: str) -> None:
        self._colour = colour
        self.update()

    def restyle(self) -> None:
        self.setFixedSize(themes.current.px(10), themes.current.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(themes.current, self._colour)))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))


class Part(ThemedWidget):
    """A piece of a server's details: a heading over what it holds, in `column`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = small(self, "heading")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.heading)

    def restyle(self) -> None:
        self.column.setSpacing(themes.current.px(8))


class Note(QFrame):
    """A quiet ground for the words of others; they go into `column`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self.column = QVBoxLayout(self)

    def restyle(self) -> None:
        px = themes.current.px
        self.column.setContentsMargins(px(12), px(10), px(12), px(10))
        self.column.setSpacing(px(8))


class PairLine(ThemedWidget):
    """A name and its value, which is not shown while one types: it may be a secret."""

    gone = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.value = QLineEdit(self), QLineEdit(self)
        self.value.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.remove = button(self, "icon")
        self.remove.clicked.connect(self.gone)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.name, 2)
        self._row.addWidget(self.value, 3)
        self._row.addWidget(self.remove)
        self.refresh()

    def retranslate(self) -> None:
        self.name.setPlaceholderText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name of a variable or header"))
        self.value.setPlaceholderText(self.tr("Value"))
        self.value.setAccessibleName(self.tr("Its value"))
        self.remove.setAccessibleName(self.tr("Remove this line"))

    def restyle(self) -> None:
        set_icon(self.remove, "x", "muted", 16)
        self._row.setSpacing(themes.current.px(8))


class Pairs(ThemedWidget):
    """Names with values, as many as one likes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[PairLine] = []
        self.more = button(self, "link")
        self.more.clicked.connect(self.add_line)
        self._rows = QVBoxLayout()
        foot = QHBoxLayout()
        foot.addWidget(self.more)
        foot.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(self._rows)
        self._column.addLayout(foot)
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
        self.more.setText(more)
        self.more.setAccessibleName(more)

    def _remove(self, line: PairLine) -> None:
        focused = line.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self.lines.remove(line)
        self._rows.removeWidget(line)
        line.hide()
        line.setParent(None)
        line.deleteLater()
        if focused:
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)

    def restyle(self) -> None:
        self._rows.setSpacing(themes.current.px(6))
        self._column.setSpacing(themes.current.px(4))
