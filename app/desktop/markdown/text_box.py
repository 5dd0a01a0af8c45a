"""Text that a model or a tool wrote, whole, in a box of its own: it scrolls, is never cut, and is never markup."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.utf16 import utf16_length
from app.desktop.markdown.code import Colours
from app.desktop.markdown.headed import HeadedBox
from app.desktop.markdown.highlight import QUICK, Spans, spans
from app.desktop.markdown.selectable import Selectable
from app.desktop.markdown.text_browser import SCROLL_KEYS, show_only
from app.desktop.markdown.text_menu import text_menu

# A character that is not seen, as `agents.permissions.visible` writes it.
_ESCAPED = re.compile(r"\\u\{[0-9a-f]+\}")
_DIFF_HEADS = ("--- ", "+++ ", "rename from ", "rename to ")
# Lines that are shown before the box scrolls.
MOST_LINES = 16
# A longer line is broken anywhere: looking for the end of its words takes time with the square of its length.
LONG_LINE = 5000


def diff_colour(line: str) -> str:
    """The field of `Theme` that a line of a unified diff is written in, "" for the text's own."""
    if line.startswith(_DIFF_HEADS) or line.startswith(("@@", "\\ ")):
        return "muted"
    return {"+": "good", "-": "bad"}.get(line[:1], "")


class Marks(Colours):
    """Colours of a diff or a language, and a ground under characters that would not be seen."""

    diff = False
    strong = (0, 0)

    def highlightBlock(self, text: str) -> None:
        theme = themes.current
        if self.diff and (colour := diff_colour(text)):
            self._mark(0, utf16_length(text), getattr(theme, colour))
        super().highlightBlock(text)
        if self.currentBlock().blockNumber() == 0 and self.strong[1]:
            self._mark(*self.strong, theme.accent, bold=True)
        if "\\u{" in text:
            for mark in _ESCAPED.finditer(text):
                start = utf16_length(text[: mark.start()])
                self._mark(start, len(mark[0]), theme.on_accent, ground=theme.warning)

    def _mark(self, start: int, length: int, colour: str, *, bold: bool = False, ground: str = "") -> None:
        form = QTextCharFormat()
        form.setForeground(QColor(colour))
        if bold:
            form.setFontWeight(QFont.Weight.Bold)
        if ground:
            form.setBackground(QColor(ground))
        self.setFormat(start, length, form)


class PlainText(Selectable, QPlainTextEdit):  # type: ignore[misc]  # both are texts alike
    """Read-only. What it does not scroll itself is scrolled by what it stands in."""

    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget, most_lines: int) -> None:
        super().__init__(parent)
        self.most_lines = most_lines  # that are shown before it scrolls
        show_only(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        text_menu(self, event.pos()).popup(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.verticalScrollBar()
        down = event.angleDelta().y() < 0
        at_end = bar.value() >= bar.maximum() if down else bar.value() <= bar.minimum()
        if at_end:
            event.ignore()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        scrolls = self.verticalScrollBar().maximum() > 0
        selects = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enters or (event.key() in SCROLL_KEYS and not selects and not scrolls):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the lines, up to the most that are shown; Korean ones are taller than others."""
        font, option = self.font(), QTextOption()
        option.setWrapMode(self.wordWrapMode())
        option.setTabStopDistance(self.tabStopDistance())
        room = max(40, width - themes.current.px(10))  # beside a scroll bar
        height, lines, block = 4.0, 0, self.document().firstBlock()
        while block.isValid() and lines < self.most_lines:
            laid = QTextLayout(block.text()[: 400 * self.most_lines], font)
            laid.setTextOption(option)
            laid.beginLayout()
            while lines < self.most_lines and (line := laid.createLine()).isValid():
                line.setLineWidth(room)
                height += line.height()
                lines += 1
            laid.endLayout()
            block = block.next()
        return math.ceil(height)


class TextBox(HeadedBox):
    """A head with what it is, and the text below, as high as its width asks for. Long lines are wrapped, so that
    nothing stands out of sight at the right."""

    def __init__(self, parent: QWidget | None = None, *, most_lines: int = MOST_LINES) -> None:
        super().__init__(parent, lambda: self.copied())
        self._language = ""
        self.text = self.new_text(most_lines)
        self.text.focus_changed.connect(lambda on: set_property(self, "focused", on))
        self._marks = Marks(self.text)
        self.inside.addWidget(self.text)
        self.inside.set_margins(12, 10, 4, 6)
        themes.changed.connect(self.restyle)
        self.restyle()
        self.retranslate()

    def new_text(self, most_lines: int) -> PlainText:
        """The text below the head."""
        return PlainText(self, most_lines)

    def show_text(
        self, text: str, *, language: str = "", diff: bool = False, strong: tuple[int, int] = (0, 0)
    ) -> None:
        """`language` is a name that Pygments knows, for its colours. `strong`: start and length of what stands out
        in the first line."""
        self._marks.diff, self._marks.strong = diff, strong
        self._language = language
        self._marks.lines = self._spans(text)
        # Each line would be looked at, which a long text without marks need not wait for.
        marked = diff or bool(self._marks.lines) or strong[1] > 0 or "\\u{" in text
        self._marks.setDocument(self.text.document() if marked else None)
        wrap = QTextOption.WrapMode
        long = len(text) > LONG_LINE and max(map(len, text.split("\n"))) > LONG_LINE
        self.text.setWordWrapMode(wrap.WrapAnywhere if long else wrap.WrapAtWordBoundaryOrAnywhere)
        self.text.setPlainText(text)
        self._let_reach()
        self.height_changed.emit()

    def _spans(self, text: str) -> Spans:
        return spans(text, self._language, themes.current.code_style) if len(text) <= QUICK else ()

    def copied(self) -> str:
        """What its button copies."""
        return self.text.toPlainText()

    def set_head(self, words: str, aside: str = "") -> None:
        super().set_head(words, aside)
        self.text.setAccessibleName(f"{words}, {aside}" if aside else words)

    def set_most_lines(self, lines: int) -> None:
        """How many lines are shown before it scrolls."""
        if lines != self.text.most_lines:
            self.text.most_lines = lines
            self._let_reach()

    def _let_reach(self) -> None:
        """A text that scrolls can be reached by keys, to be read to its end."""
        most = self.text.most_lines
        tall = self.lines() > most or self.text.document().characterCount() > 60 * most
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tall else Qt.FocusPolicy.ClickFocus)
        self.text.updateGeometry()
        self.refit()

    def lines(self) -> int:
        return self.text.blockCount()

    def retranslate(self) -> None:
        self._copy.setAccessibleName(self.tr("Copy this text"))

    def restyle(self) -> None:
        theme = themes.current
        super().restyle()
        self.text.setPalette(theme.palette())
        self.text.setFont(theme.fixed_font())
        self.text.setTabStopDistance(4 * QFontMetricsF(theme.fixed_font()).horizontalAdvance(" "))
        self._marks.lines = self._spans(self.text.toPlainText()) if self._language else ()
        if self._marks.document() is not None:
            self._marks.rehighlight()
        self._let_reach()
