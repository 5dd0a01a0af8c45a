"""Changing a message where it stands: Enter saves or sends it, Esc cancels, Shift+Enter and Alt+Enter break the
line."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QTextEdit, QWidget
from shiboken6 import isValid

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.text_entry.entry import TextEntry
from app.desktop.text_entry.given_files import GivenFiles
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard

MAX_LINES = 18


class _Field(TextEntry, QTextEdit):
    """A text field that knows whether an input method is composing, whose keys are not ours then."""

    files_given = Signal(list)
    refused = Signal(str, int)
    saved = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.composing = False
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        breaks = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)
        if self.composing:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not breaks:
            self.saved.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


class MessageEditor(FittedWidget):
    """A field with Save and Cancel. `saved` carries the new text; an empty text cannot be saved. A message that is
    `answered` is sent instead. What has the focus when the editor is made gets it back when it leaves."""

    saved = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget, text: str, *, answered: bool = False) -> None:
        super().__init__(parent)
        self._answered = answered
        self._before = QApplication.focusWidget()
        self.setProperty("kind", "accent-card")
        self._field = _Field(self)
        self._field.setPlainText(text)
        self._save, self._cancel = push_button(self, "primary"), push_button(self)
        self._files = GivenFiles(self, self._field)
        row = Row(STRETCH, self._cancel, self._save, spacing=8)
        Column(self._field, self._files.strip, row, parent=self, margins=(14, 10, 14, 10), spacing=8)
        self.setFocusProxy(self._field)
        self._save.clicked.connect(self._accept)
        self._cancel.clicked.connect(self.cancelled)
        self._field.saved.connect(self._accept)
        self._field.cancelled.connect(self.cancelled)
        self._field.textChanged.connect(self._changed)
        self._files.changed.connect(self.height_changed)
        self._field.moveCursor(self._field.textCursor().MoveOperation.End)
        self._height = 0
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        self._field.setAccessibleName(self.tr("Edit message"))
        self._save.setText(self.tr("Send") if self._answered else self.tr("Save"))
        self._cancel.setText(self.tr("Cancel"))

    def restyle(self) -> None:
        theme = themes.current
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.card))
        self._field.setPalette(palette)
        self._field.setFont(theme.font())

    def leave(self) -> None:
        """Go away. What replaces it is in sight again."""
        if holds_focus(self):
            # Hiding what has the focus would let Qt choose another widget, and scroll to that.
            before = self._before
            if before is None or not isValid(before) or not before.isVisible():
                before = self.parentWidget().parentWidget()
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        discard(self)

    def text(self) -> str:
        return self._field.toPlainText().strip()

    def _accept(self) -> None:
        if text := self.text():
            self.saved.emit(text)

    def _changed(self) -> None:
        self._save.setEnabled(bool(self._field.toPlainText().strip()))
        height = self._height
        if self.fit(self.width()) != height:
            self.height_changed.emit()

    def fit(self, width: int) -> int:
        document, px = self._field.document(), themes.current.px
        inside = width - 2 * px(14) - 2
        # While its document is measured the field lays it out to its own width, which is not yet this one.
        self._field.resize(inside, self._field.height())
        document.setTextWidth(inside)
        most, height = MAX_LINES * px(22), math.ceil(document.size().height())
        # A bar that is not needed takes width, so that lines break earlier and it is needed after all.
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if height > most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self._field.setVerticalScrollBarPolicy(policy)
        self._field.setFixedHeight(min(height, most))
        self._height = super().fit(width)
        return self._height
