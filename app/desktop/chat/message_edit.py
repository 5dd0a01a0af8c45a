"""The field that a message is written in."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.desktop.text_entry.entry import PlainEntry


class MessageEdit(PlainEntry):
    """Enter sends, Shift+Enter breaks the line. Text that an input method is still composing is never sent:
    Enter then only ends the composition."""

    submitted = Signal()
    height_wanted = Signal()
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "composer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.wrap_anywhere(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.height_wanted.emit())

    def wanted_height(self) -> int:
        """The height that shows the whole text, in pixels."""
        # A plain text document measures its height in lines.
        lines = max(1, round(self.document().size().height()))
        margin = 2 * round(self.document().documentMargin())
        return lines * self.fontMetrics().lineSpacing() + margin + 2

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self.height_wanted.emit()

    def event(self, event: QEvent) -> bool:
        # With nothing to take back here, Ctrl+Z is the window's: it may bring back a chat.
        if event.type() == QEvent.Type.ShortcutOverride and cast(QKeyEvent, event).matches(
            QKeySequence.StandardKey.Undo
        ):
            event.setAccepted(bool(self.toPlainText()) or self.document().isUndoAvailable())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        breaks = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or breaks:
            super().keyPressEvent(event)
        elif self.composing():
            self.end_composition()
        else:
            self.submitted.emit()

    def end_composition(self) -> None:
        """Put what is being composed into the text, as if the input method had done it."""
        QGuiApplication.inputMethod().commit()
        if self.preedit:
            # Not every platform's input method commits when told to.
            event = QInputMethodEvent()
            event.setCommitString(self.preedit)
            QApplication.sendEvent(self, event)
            QGuiApplication.inputMethod().reset()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def restyle(self) -> None:
        self.document().setDocumentMargin(0)
        self.height_wanted.emit()
