"""Fields that take text as plain text, and files as their paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDropEvent, QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QAbstractScrollArea

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


if TYPE_CHECKING:

    class _Base(QAbstractScrollArea):
        """What `QTextEdit` and `QPlainTextEdit` have in common, and the signals of `TextEntry`."""

        files_given = Signal(list)
        refused = Signal(str, int)

        def document(self) -> QTextDocument: ...
        def textCursor(self) -> QTextCursor: ...
        def ensureCursorVisible(self) -> None: ...
        def setWordWrapMode(self, policy: QTextOption.WrapMode, /) -> None: ...
        def setPlainText(self, text: str, /) -> None: ...
else:
    _Base = object


class TextEntry(_Base):
    """For a class of fields, which declares both signals: PySide takes them from no other place.

    `files_given` carries the paths of what is dropped or pasted here. `refused` says what cannot stand in a message:
    a "picture", or a "text" of so many bytes."""

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
        self.wrap_anywhere(_longest_line(text) > LONG_LINE)
        super().setPlainText(text)

    def wrap_anywhere(self, on: bool) -> None:
        """Break lines within words too; where that is off, only within words that are longer than a line."""
        mode = QTextOption.WrapMode
        self.setWordWrapMode(mode.WrapAnywhere if on else mode.WrapAtWordBoundaryOrAnywhere)

    def insert_paragraph(self, text: str) -> bool:
        """Put `text`, which ends its last line, on lines of its own at the cursor; False where it does not fit."""
        cursor = self.textCursor()
        return self._insert(cursor, text if cursor.atBlockStart() else f"\n{text}")

    def insert_text(self, text: str) -> bool:
        """Put `text` at the cursor; False where it does not fit."""
        return self._insert(self.textCursor(), text)

    def _insert(self, cursor: QTextCursor, text: str) -> bool:
        if not fits(text) or self.document().characterCount() + len(text) > MOST_TEXT:
            return False
        if _longest_line(text) > LONG_LINE:
            self.wrap_anywhere(True)
        cursor.insertText(text)
        self.ensureCursorVisible()
        return True


class PlainEntry(TextEntry, PromptEdit):
    """A field of several lines."""

    files_given = Signal(list)
    refused = Signal(str, int)
