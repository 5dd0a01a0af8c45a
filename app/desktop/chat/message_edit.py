"""The field that a message is written in."""

from __future__ import annotations

import math
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.desktop.text_entry.entry import PlainEntry, local_files

# A longer text that is pasted is attached: among the words nobody reads it.
MOST_PASTED = 4_000


class MessageEdit(PlainEntry):
    """Enter sends, Shift+Enter breaks the line. Text that an input method is still composing is never sent:
    Enter then only ends the composition. Files, pictures and long texts that come here are told, not put in."""

    submitted = Signal()
    text_given = Signal(str)
    # A QImage.
    picture_given = Signal(object)
    # Backspace was pressed where nothing is written.
    erased = Signal()
    height_wanted = Signal()
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "composer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.wrap_anywhere(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A space that no line has room for stands beyond the edge, and would draw the words with it.
        sideways = self.horizontalScrollBar()
        sideways.rangeChanged.connect(lambda *_: sideways.setRange(0, 0))
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.height_wanted.emit())

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text() if source.hasText() and not local_files(source) else ""
        if len(text) > MOST_PASTED:
            self.text_given.emit(text)
        elif source.hasImage() and not text and not local_files(source):
            self.picture_given.emit(QImage(source.imageData()))
        else:
            super().insertFromMimeData(source)

    def wanted_height(self) -> int:
        """The height that shows the whole text, or more than the window has, in pixels."""
        # Lines differ: those of Korean are higher than those of English, and both than the font says.
        block, height, most = self.document().firstBlock(), 0.0, self.window().height()
        while block.isValid() and height <= most:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        return math.ceil(height) + 2 * round(self.document().documentMargin()) + 2

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
        back = event.key() == Qt.Key.Key_Backspace and not event.isAutoRepeat()
        if back and not self.toPlainText() and not self.composing():
            self.erased.emit()
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
