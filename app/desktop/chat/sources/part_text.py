"""The text of a page or part, with words of it marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QTextEdit, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.utf16 import utf16_length
from app.desktop.markdown.prose import BODY_PIXELS
from app.desktop.markdown.text_box import LONG_LINE, PlainText

Range = tuple[int, int]


class PartText(PlainText):
    """Scrolls in the room that it has. `turns`: PgUp and PgDn are for who shows it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, most_lines=0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.turns = False
        self._ranges: tuple[Range, ...] = ()

    def show_part(self, text: str, ranges: Sequence[Range]) -> None:
        """Show a text from its first marked words."""
        wrap = QTextOption.WrapMode
        long = len(text) > LONG_LINE and max(map(len, text.split("\n"))) > LONG_LINE
        self.setWordWrapMode(wrap.WrapAnywhere if long else wrap.WrapAtWordBoundaryOrAnywhere)
        self.setPlainText(text)
        # Qt counts other letters than Python does.
        self._ranges = tuple(
            (utf16_length(text[:first]), utf16_length(text[:last])) for first, last in ranges
        )
        self._mark()
        self.show_marks()

    def show_marks(self) -> None:
        """Bring the first marked words into sight, or the beginning."""
        first, last = next(iter(self._ranges), (0, 0))
        for place in (last, first):
            cursor = self.textCursor()
            cursor.setPosition(place)
            self.setTextCursor(cursor)
        if self._ranges:
            self.centerCursor()

    def marked(self) -> list[str]:
        """The words that are marked."""
        return [selection.cursor.selectedText() for selection in self.extraSelections()]

    def _mark(self) -> None:
        theme = themes.current
        form = QTextCharFormat()
        form.setBackground(QColor(theme.accent_soft))
        form.setForeground(QColor(theme.text))
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        form.setUnderlineColor(QColor(theme.accent))
        marks = []
        for first, last in self._ranges:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.document())
            mark.cursor.setPosition(first)
            mark.cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            mark.format = form
            marks.append(mark)
        self.setExtraSelections(marks)

    def restyle(self) -> None:
        """Follow the theme."""
        self.setPalette(themes.current.palette())
        self.setFont(themes.current.font(BODY_PIXELS))
        self.viewport().setAutoFillBackground(False)
        self._mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.turns and event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
        else:
            super().keyPressEvent(event)
