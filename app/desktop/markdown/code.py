"""A code block: its language, what can be done with it, and the text, which shows every line."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.theme import themes
from app.desktop.markdown.code_file import SaveButton
from app.desktop.markdown.headed import HeadedBox
from app.desktop.markdown.highlight import MAX_COLOURED, QUICK, Span, Spans, spans
from app.desktop.markdown.prose import MINIMUM_HEIGHT
from app.desktop.markdown.selectable import Selectable
from app.desktop.markdown.text_browser import SCROLL_KEYS, show_only
from app.desktop.markdown.text_menu import text_menu
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import set_texts
from app.markdown.markdown import Code

LINES_AT_ONCE = 150
SLICE_S = 0.005
# How soon whole lines are coloured while more come, and the most of the time that this may take.
COLOUR_MS = 150
COLOUR_SHARE = 0.1


class Colours(QSyntaxHighlighter):
    """Puts spans that are already known on the lines, and touches only lines that get others."""

    def __init__(self, editor: QTextEdit | QPlainTextEdit) -> None:
        super().__init__(editor.document())
        self.lines: Spans = ()
        self._changed: set[int] = set()
        self._slices = QTimer(self, singleShot=True, interval=0)
        self._slices.timeout.connect(lambda: self._colour(SLICE_S))
        self._formats: dict[tuple[str, bool, bool], QTextCharFormat] = {}

    def set_spans(self, lines: Spans) -> None:
        """Colours a short text at once, a long one in slices between events."""
        before, self.lines = self.lines, lines
        count = max(len(before), len(lines))
        self._changed |= {n for n in range(count) if before[n : n + 1] != lines[n : n + 1]}
        self._colour(math.inf if len(self._changed) <= LINES_AT_ONCE else SLICE_S)

    def _colour(self, seconds: float) -> None:
        started = time.perf_counter()
        while self._changed and time.perf_counter() - started < seconds:
            block = self.document().findBlockByNumber(self._changed.pop())
            if block.isValid():
                self.rehighlightBlock(block)
        if self._changed:
            self._slices.start()

    def clear(self) -> None:
        self.set_spans(())

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        if number < len(self.lines):
            for span in self.lines[number]:
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


class _CodeText(Selectable, QTextEdit):
    """Read-only text that leaves vertical scrolling to the transcript."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        show_only(self)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.wraps = False
        self.wrap(False)

    def wrap(self, on: bool) -> None:
        """Break lines that are longer than there is room."""
        self.wraps = on
        mode, lines = QTextOption.WrapMode, QTextEdit.LineWrapMode
        self.setLineWrapMode(lines.WidgetWidth if on else lines.NoWrap)
        option = QTextOption()
        option.setWrapMode(mode.WrapAtWordBoundaryOrAnywhere if on else mode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        bars = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bars.ScrollBarAlwaysOff if on else bars.ScrollBarAsNeeded)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The lines, some room below them, and the scroll bar where a line is longer."""
        if self.wraps:
            self.document().setTextWidth(width)
        size = self.document().size()
        return math.ceil(size.height()) + 8 + (10 if size.width() > width else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        text_menu(self, event.pos()).popup(event.globalPos())

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


class CodeBlock(HeadedBox):
    """Shows a `Code`. While its fence is open only what is new is added, and lines get their colours soon after they
    are whole."""

    def __init__(self, parent: QWidget, code: Code) -> None:
        super().__init__(parent, lambda: self.code.text)
        self.code = Code(code.language, "", closed=False)
        self._text = _CodeText(self)
        self._colours = Colours(self._text)
        self._soon = QTimer(self, singleShot=True, interval=COLOUR_MS)
        self._soon.timeout.connect(self._colour)
        self._wrap = word_button(self, "small-word")
        self._wrap.setCheckable(True)
        self._wrap.toggled.connect(self._wrap_lines)
        self._save = SaveButton(self, lambda: self.code)
        for place, button in enumerate((self._wrap, self._save)):
            self.head_row.insertWidget(2 + place, button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.inside.addWidget(self._text)
        self.inside.set_margins(12, 11, 12, 3)
        self._style()
        self.retranslate()
        self.set_code(code)

    def set_code(self, code: Code) -> None:
        old, self.code = self.code, code
        if code.text.startswith(old.text):
            self._append(code.text[len(old.text) :])
        else:
            self._text.clear()
            self._colours.lines = ()
            self._space_lines()
            self._append(code.text)
        if code.language != old.language:
            self.retranslate()
        if code.closed and code != old:
            self._colour()
        elif not code.closed and not self._soon.isActive():
            self._soon.start()

    def _wrap_lines(self, on: bool) -> None:
        self._text.wrap(on)
        self._append("")
        self.height_changed.emit()

    def _space_lines(self) -> None:
        """Sets the line height; lines that are added later take it over."""
        cursor = QTextCursor(self._text.document())
        cursor.select(QTextCursor.SelectionType.Document)
        block = cursor.blockFormat()
        block.setLineHeight(themes.current.px(19), MINIMUM_HEIGHT)
        cursor.setBlockFormat(block)

    def _append(self, text: str) -> None:
        at_start = self._text.document().isEmpty()
        if text:
            cursor = QTextCursor(self._text.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text)
        if at_start:
            # The reader's cursor went along with what was inserted, and the view would follow it sideways.
            self._text.moveCursor(QTextCursor.MoveOperation.Start)
        self._text.updateGeometry()
        self.refit()

    def _colour(self) -> None:
        """Colour all lines, of a fence that is open those that are whole."""
        self._soon.stop()
        code, style = self.code, themes.current.code_style
        text = code.text if code.closed else code.text[: code.text.rfind("\n") + 1]
        if not text or len(text) > MAX_COLOURED:
            return
        if len(text) <= QUICK:
            self._colours.set_spans(spans(text, code.language, style))
            return
        background().submit(
            lambda: _timed(lambda: spans(text, code.language, style)),
            lambda done: self._coloured(code, text, style, *done),
        )

    def _coloured(self, code: Code, text: str, style: str, lines: Spans, taken_ms: float) -> None:
        if not isValid(self) or style != themes.current.code_style or code.language != self.code.language:
            return
        # Of a long block that still grows the colours come less often.
        self._soon.setInterval(max(COLOUR_MS, round(taken_ms / COLOUR_SHARE)))
        if code == self.code or (not self.code.closed and self.code.text.startswith(text)):
            self._colours.set_spans(lines)

    def retranslate(self) -> None:
        language = self.code.language
        name = self.tr("Code, {language}").format(language=language) if language else self.tr("Code")
        self.set_head(language)
        self._text.setAccessibleName(name)
        self._copy.setAccessibleName(self.tr("Copy this code"))
        set_texts(self._wrap, self.tr("Wrap"), self.tr("Wrap long lines"))

    def restyle(self) -> None:
        self._style()
        self._colour()

    def _style(self) -> None:
        theme = themes.current
        super().restyle()
        self._text.setPalette(theme.palette())
        self._text.setFont(theme.fixed_font())
        self._text.setTabStopDistance(4 * QFontMetricsF(theme.fixed_font()).horizontalAdvance(" "))
        self._space_lines()
        self._append("")


def _timed(work: Callable[[], Spans]) -> tuple[Spans, float]:
    started = time.perf_counter()
    return work(), 1000 * (time.perf_counter() - started)
