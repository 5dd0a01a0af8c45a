"""The row over the chat in which is written what is looked for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, name_icon, text_label
from app.desktop.widgets.layouts import Row
from app.format import format_count

MARGIN = 24


class FindBar(ThemedWidget):
    """A field, how many places there are, and the ways to the next and the previous one; it finds nothing itself."""

    text_changed = Signal(str)
    step_wanted = Signal(bool)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = TextField(self)
        self._count = text_label(self, "small")
        self._previous, self._next = push_button(self, "bar"), push_button(self, "bar")
        self._close = push_button(self, "icon")
        self._shown: tuple[int, int] | None = None
        parts = (self._count, self._previous, self._next, self._close)
        Row((self.field, 1), *parts, parent=self, margins=(MARGIN, 8, MARGIN, 8), spacing=8)
        self.field.textChanged.connect(self.text_changed)
        self._previous.clicked.connect(lambda: self.step_wanted.emit(False))
        self._next.clicked.connect(lambda: self.step_wanted.emit(True))
        self._close.clicked.connect(self.closed)
        self.refresh()

    def focus_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def show_place(self, number: int, count: int) -> None:
        """The place that stands out, from 1 (0: none yet), and how many there are."""
        self._shown = (number, count)
        self._show_count()

    def show_nothing(self) -> None:
        """Nothing is looked for, or it is not known yet."""
        self._shown = None
        self._show_count()

    def _show_count(self) -> None:
        number, count = self._shown or (0, 0)
        if self._shown is None:
            words = ""
        elif not count:
            words = self.tr("Not found")
        elif not number:
            words = format_count(count)
        else:
            words = self.tr("{number} of {count}").format(
                number=format_count(number), count=format_count(count)
            )
        if words != self._count.text():
            self._count.setText(words)
            if words and self.isVisible():
                announce(self._count, words)
        self._previous.setEnabled(count > 0)
        self._next.setEnabled(count > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Shift+Enter back, Esc closes."""
        if self.field.hasFocus() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step_wanted.emit(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def restyle(self) -> None:
        set_icon(self._close, "x", "muted", 16)
        self._close.setFixedSize(themes.current.px(32), themes.current.px(32))

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Find in this chat"))
        self.field.setAccessibleName(self.tr("Find in this chat"))
        self._previous.setText(self.tr("Previous"))
        self._next.setText(self.tr("Next"))
        name_icon(self._close, self.tr("Close"))
        self._show_count()
