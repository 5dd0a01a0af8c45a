"""A code block: its language, what can be done with it, and the text, which shows every line."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.theme import themes
from app.desktop.markdown.code_file import SaveButton
from app.desktop.markdown.code_preview import CodePreview, Look, MakeBlocks, look_of
from app.desktop.markdown.code_text import CodeText
from app.desktop.markdown.headed import HeadedBox
from app.desktop.markdown.highlight import MAX_COLOURED, QUICK, Span, Spans, is_ready, spans
from app.desktop.markdown.prose import MINIMUM_HEIGHT
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import discard
from app.markdown.markdown import Code

# How long lines are coloured in one go: at first, and between events.
AT_ONCE_S = 0.008
SLICE_S = 0.005
# How soon whole lines are coloured while more come, and the most of the time that this may take.
COLOUR_MS = 150
COLOUR_SHARE = 0.1
QUICK_WHILE_OPEN = 500


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
        self._colour(AT_ONCE_S)

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


class CodeBlock(HeadedBox):
    """Shows a `Code`. While its fence is open only what is new is added, and lines get their colours soon after they
    are whole. `make_blocks` makes what shows the words of a page."""

    link_asked = Signal(str)

    def __init__(self, parent: QWidget, code: Code, make_blocks: MakeBlocks) -> None:
        super().__init__(parent, lambda: self.code.text)
        self._make_blocks = make_blocks
        self.code = Code(code.language, "", closed=False)
        self._text = CodeText(self)
        self._colours = Colours(self._text)
        self._soon = QTimer(self, singleShot=True, interval=COLOUR_MS)
        self._soon.timeout.connect(self._colour)
        self._wrap = word_button(self, "small-word")
        self._wrap.setCheckable(True)
        self._wrap.toggled.connect(self._wrap_lines)
        self._save = SaveButton(self, lambda: self.code)
        self._show = word_button(self, "small-word")
        self._show.setCheckable(True)
        self._show.hide()
        self._show.toggled.connect(self._switch_preview)
        self._preview: CodePreview | None = None
        for place, button in enumerate((self._show, self._wrap, self._save)):
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
        if code != old:
            self._show_look()
        if code.closed and code != old:
            self._colour()
        elif not code.closed and not self._soon.isActive():
            self._soon.start()

    def let_go(self) -> None:
        """Look as a new one does: it shows another code from now on."""
        self._wrap.setChecked(False)
        self._show.setChecked(False)
        self._text.let_go()

    def _show_look(self) -> None:
        """Offer a picture or the words of a page, or say that there is neither, once the code is whole."""
        look = self._look()
        self._show.setVisible(look in ("svg", "html"))
        self._show.setChecked(False)
        self._name_switch()
        if look == "mermaid":
            self._put_preview(look)
        elif self._preview is not None:
            self._take_preview()

    def _look(self) -> Look:
        return look_of(self.code) if self.code.closed else ""

    def _switch_preview(self, on: bool) -> None:
        look = self._look()
        if not on:
            self._take_preview()
        elif look == "html":
            self._put_preview(look).show_page(self.code.text, self._make_blocks)
        else:
            self._put_preview(look).show_picture(self.code.text)

    def _put_preview(self, look: Look) -> CodePreview:
        self._take_preview()
        preview = self._preview = CodePreview(self, look)
        preview.height_changed.connect(self._fit_again)
        preview.link_asked.connect(self.link_asked)
        self.inside.addWidget(preview)
        preview.show()
        self._fit_again()
        return preview

    def _take_preview(self) -> None:
        if self._preview is not None:
            discard(self._preview, self.inside)
            self._preview = None
            self._fit_again()

    def _fit_again(self) -> None:
        self.refit()
        self.height_changed.emit()

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
        if len(text) <= (QUICK if code.closed else QUICK_WHILE_OPEN) and is_ready(code.language):
            self._colours.set_spans(spans(text, code.language, style))
            return
        background().submit(
            lambda: _timed(lambda: spans(text, code.language, style, gently=True)),
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
        self._name_switch()
        set_texts(self._wrap, self.tr("Wrap"), self.tr("Wrap long lines"))

    def _name_switch(self) -> None:
        if self._look() == "html":
            set_texts(self._show, self.tr("Page"), self.tr("Show the words of this page"))
        else:
            set_texts(self._show, self.tr("Picture"), self.tr("Show the picture of this code"))

    def restyle(self) -> None:
        if self._preview is not None:
            self._preview.restyle()
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
