"""The field that a message is written in."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.desktop.base.prompt_edit import PromptEdit

# In characters. What is longer holds up the window, line by line, and no model reads it at once.
MOST_TEXT = 1_000_000
MOST_LINE = 50_000
# Looking for the end of the words of a longer line takes time with the square of its length.
LONG_LINE = 5_000


def fits(text: str) -> bool:
    """Whether a text can stand in a message."""
    return len(text) <= MOST_TEXT and _longest_line(text) <= MOST_LINE


def _longest_line(text: str) -> int:
    return max(map(len, text.split("\n")))


def local_files(source: QMimeData) -> list[Path]:
    """The files and folders of this computer that are dropped or pasted."""
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]


class MessageEdit(PromptEdit):
    """Enter sends, Shift+Enter breaks the line. Text that an input method is still composing is never sent:
    Enter then only ends the composition. What is pasted arrives as plain text.

    `files_given` carries the paths of what is dropped or pasted here. `refused` says what cannot stand in a message:
    a "picture", or a "text" of so many bytes."""

    submitted = Signal()
    files_given = Signal(list)
    refused = Signal(str, int)
    height_wanted = Signal()
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "composer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self._wrap_anywhere(False)
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

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls() or source.hasImage()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if files := local_files(source):
            self.files_given.emit(files)
        elif source.hasText():
            text = source.text()
            if not self._insert(self.textCursor(), text):
                self.refused.emit("text", len(text.encode(errors="replace")))
        elif source.hasImage():
            self.refused.emit("picture", 0)

    def dropEvent(self, event: QDropEvent) -> None:
        files = bool(local_files(event.mimeData()))
        super().dropEvent(event)
        if files:
            event.setDropAction(Qt.DropAction.CopyAction)  # whoever offered them to be moved must keep them

    def setPlainText(self, text: str) -> None:
        self._wrap_anywhere(_longest_line(text) > LONG_LINE)
        super().setPlainText(text)

    def _wrap_anywhere(self, on: bool) -> None:
        mode = QTextOption.WrapMode
        self.setWordWrapMode(mode.WrapAnywhere if on else mode.WrapAtWordBoundaryOrAnywhere)

    def insert_paragraph(self, text: str) -> bool:
        """Put `text`, which ends its last line, on lines of its own at the cursor; False where it does not fit."""
        cursor = self.textCursor()
        return self._insert(cursor, text if cursor.atBlockStart() else f"\n{text}")

    def _insert(self, cursor: QTextCursor, text: str) -> bool:
        if not fits(text) or self.document().characterCount() + len(text) > MOST_TEXT:
            return False
        if _longest_line(text) > LONG_LINE:
            self._wrap_anywhere(True)
        cursor.insertText(text)
        self.ensureCursorVisible()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def restyle(self) -> None:
        self.document().setDocumentMargin(0)
        self.height_wanted.emit()
