"""A code block: its language, a copy button, and the text, which scrolls sideways and shows every line."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.theme import Theme, themes
from app.desktop.markdown.headed import paint_frame, place_in_head
from app.desktop.markdown.highlight import MAX_COLOURED, QUICK, Span, Spans, spans
from app.desktop.markdown.markdown import Code
from app.desktop.markdown.prose import MINIMUM_HEIGHT, SCROLL_KEYS
from app.desktop.widgets.buttons import CopyButton

COPIED_MS = 1600
LINES_AT_ONCE = 150
SLICE_S = 0.005


class Colours(QSyntaxHighlighter):
    """Puts spans that are already known on the lines."""

    def __init__(self, editor: QTextEdit) -> None:
        super().__init__(editor.document())
        self._lines: Spans = ()
        self._next = 0
        self._slices = QTimer(self, singleShot=True, interval=0)
        self._slices.timeout.connect(self._colour_slice)
        self._formats: dict[tuple[str, bool, bool], QTextCharFormat] = {}

    def set_spans(self, lines: Spans) -> None:
        """Colours a short text at once, a long one in slices between events."""
        self._lines = lines
        if self.document().blockCount() <= LINES_AT_ONCE:
            self.rehighlight()
        else:
            self._next = 0
            self._slices.start()

    def _colour_slice(self) -> None:
        started = time.perf_counter()
        block = self.document().findBlockByNumber(self._next)
        while block.isValid() and time.perf_counter() - started < SLICE_S:
            self.rehighlightBlock(block)
            block = block.next()
            self._next += 1
        if block.isValid():
            self._slices.start()

    def clear(self) -> None:
        if self._lines:
            self.set_spans(())

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        if number < len(self._lines):
            for span in self._lines[number]:
                self.setFormat(span.start, span.length, self._format(span))

    def _format(self, span: Span) -> QTextCharFormat:
        key = (span.colour, span.bold, span.italic)
        if key not in self._formats:
            made = QTextCharFormat()
            if span.colour:
                made.setForeground(QColor(span.colour))
            if span.bold:
                made.setFontWeight(QFont.Weight.DemiBold)
            made.setFontItalic(span.italic)
            self._formats[key] = made
        return self._formats[key]


class _CodeText(QTextEdit):
    """Read-only text that leaves vertical scrolling to the transcript."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        self.viewport().setAutoFillBackground(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        sideways = abs(turn.x()) > abs(turn.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if not (sideways and self.horizontalScrollBar().maximum() > 0):
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turn.x() or turn.y()) // 2)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in SCROLL_KEYS and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)


class CodeBlock(QWidget):
    """Shows a `Code`. While its fence is open only what is new is added; the colours come at the end."""

    height_changed = Signal()

    def __init__(self, parent: QWidget, code: Code) -> None:
        super().__init__(parent)
        self.code = Code(code.language, "", closed=False)
        self._text = _CodeText(self)
        self._colours = Colours(self._text)
        self._copy = CopyButton(self)
        self._copy.clicked.connect(self._copy_text)
        self._copied = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied.timeout.connect(self._retranslate)
        self._style()
        self._retranslate()
        self.set_code(code)

    def set_code(self, code: Code) -> None:
        old, self.code = self.code, code
        if code.text.startswith(old.text):
            self._append(code.text[len(old.text) :])
        else:
            self._text.clear()
            self._space_lines()
            self._append(code.text)
        if code.language != old.language:
            self._retranslate()
            self.update()
        if code.closed and (code != old):
            self._colour()
        elif not code.closed:
            self._colours.clear()

    def _space_lines(self) -> None:
        """Sets the line height; lines that are added later take it over."""
        cursor = QTextCursor(self._text.document())
        cursor.select(QTextCursor.SelectionType.Document)
        block = cursor.blockFormat()
        block.setLineHeight(self._line_height, MINIMUM_HEIGHT)
        cursor.setBlockFormat(block)

    @property
    def _line_height(self) -> int:
        return themes.current.px(19)

    def _append(self, text: str) -> None:
        at_start = self._text.document().isEmpty()
        if text:
            cursor = QTextCursor(self._text.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text)
        if at_start:
            # The reader's cursor went along with what was inserted, and the view would follow it sideways.
            self._text.moveCursor(QTextCursor.MoveOperation.Start)

    def _colour(self) -> None:
        code, style = self.code, themes.current.code_style
        if len(code.text) > MAX_COLOURED:
            return
        if len(code.text) <= QUICK:
            self._colours.set_spans(spans(code.text, code.language, style))
            return
        background().submit(
            lambda: spans(code.text, code.language, style), lambda lines: self._coloured(code, style, lines)
        )

    def _coloured(self, code: Code, style: str, lines: Spans) -> None:
        if isValid(self) and code == self.code and style == themes.current.code_style:
            self._colours.set_spans(lines)

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text)
        self._copy.setText(self.tr("Copied"))
        self._copied.start()
        self._place_copy()

    def _retranslate(self) -> None:
        self._copy.setText(self.tr("Copy"))
        language = self.code.language
        name = self.tr("Code, {language}").format(language=language) if language else self.tr("Code")
        self._text.setAccessibleName(name)
        self._copy.setAccessibleName(self.tr("Copy this code"))
        self._place_copy()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def restyle(self) -> None:
        self._style()
        if self.code.closed:
            self._colour()

    def _style(self) -> None:
        theme = themes.current
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.code))
        self._text.setPalette(palette)
        self._text.setFont(theme.fixed_font())
        self._text.setTabStopDistance(4 * QFontMetricsF(theme.fixed_font()).horizontalAdvance(" "))
        self._text.horizontalScrollBar().setStyleSheet(scroll_bar_style(theme))
        self._space_lines()
        self._copy.restyle()
        self.update()

    @property
    def _head(self) -> int:
        return themes.current.px(30)

    def fit(self, width: int) -> int:
        """The height for a width: head, lines, padding, and the scroll bar where a line is longer."""
        theme = themes.current
        size = self._text.document().size()
        lines = size.height()
        inner = width - 2 * theme.px(12)
        bar = 10 if size.width() > inner else 0
        return math.ceil(self._head + 1 + theme.px(11) + lines + theme.px(11) + bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        theme = themes.current
        left, top = theme.px(12), self._head + theme.px(11)
        self._text.setGeometry(left, top, self.width() - 2 * left, self.height() - top - 3)
        self._place_copy()

    def _place_copy(self) -> None:
        place_in_head(self._copy, self.width(), self._head)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        paint_frame(painter, self.rect(), theme.code, self._head)
        painter.setPen(QColor(theme.muted))
        painter.setFont(theme.font(12.5))
        label = self.rect().adjusted(theme.px(12), 1, -theme.px(90), 0)
        label.setHeight(self._head)
        painter.drawText(
            label, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.code.language
        )
        painter.end()


def scroll_bar_style(theme: Theme) -> str:
    """A slim scroll bar without arrows."""
    return f"""
        QScrollBar {{ background: transparent; border: none; margin: 0; }}
        QScrollBar:vertical {{ width: 10px; }} QScrollBar:horizontal {{ height: 8px; }}
        QScrollBar::handle {{ background: {theme.line}; border-radius: 3px; }}
        QScrollBar::handle:vertical {{ min-height: 32px; margin: 2px; }}
        QScrollBar::handle:horizontal {{ min-width: 32px; margin: 1px; }}
        QScrollBar::handle:hover {{ background: {theme.faint}; }}
        QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
            width: 0; height: 0; background: none; }}
    """
