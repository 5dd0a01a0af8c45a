"""Text that a model or a tool wrote, whole, in a box of its own: it scrolls, is never cut, and is never markup."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
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
    QTextLayout,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.markdown.code import COPIED_MS, scroll_bar_style
from app.desktop.markdown.headed import paint_frame, place_in_head
from app.desktop.markdown.highlight import QUICK, Spans, spans
from app.desktop.markdown.prose import SCROLL_KEYS
from app.desktop.widgets.buttons import CopyButton, paint_focus_ring
from app.desktop.widgets.labels import set_texts

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


class _Marks(QSyntaxHighlighter):
    """Colours of a diff or a language, and a ground under characters that would not be seen."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor.document())
        self.diff = False
        self.spans: Spans = ()
        self.strong = (0, 0)

    def highlightBlock(self, text: str) -> None:
        theme = themes.current
        if self.diff and (colour := diff_colour(text)):
            form = QTextCharFormat()
            form.setForeground(QColor(getattr(theme, colour)))
            self.setFormat(0, len(text.encode("utf-16-le")) // 2, form)
        number = self.currentBlock().blockNumber()
        if number < len(self.spans):
            for span in self.spans[number]:
                if span.colour:
                    form = QTextCharFormat()
                    form.setForeground(QColor(span.colour))
                    form.setFontWeight(QFont.Weight.DemiBold if span.bold else QFont.Weight.Normal)
                    self.setFormat(span.start, span.length, form)
        if number == 0 and self.strong[1]:
            form = QTextCharFormat()
            form.setForeground(QColor(theme.accent))
            form.setFontWeight(QFont.Weight.Bold)
            self.setFormat(*self.strong, form)
        if "\\u{" in text:
            for mark in _ESCAPED.finditer(text):
                form = QTextCharFormat()
                form.setForeground(QColor(theme.on_accent))
                form.setBackground(QColor(theme.warning))
                start = len(text[: mark.start()].encode("utf-16-le")) // 2
                self.setFormat(start, len(mark[0]), form)


class _Text(QPlainTextEdit):
    """Read-only. What it does not scroll itself is scrolled by what it stands in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)

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


class TextBox(TranslatedWidget):
    """A head with what it is, and the text below. `fit` gives its height for a width; in a layout it keeps
    the height that its width asks for. Long lines are wrapped, so that nothing stands out of sight at the right."""

    height_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, most_lines: int = MOST_LINES) -> None:
        super().__init__(parent)
        self._most = most_lines
        self._left = self._right = ""
        self._language = ""
        self.text = _Text(self)
        self._marks = _Marks(self.text)
        self._copy = CopyButton(self)
        self._copy.clicked.connect(self._copy_text)
        self._copied = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied.timeout.connect(self.retranslate)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        themes.changed.connect(self.restyle)
        self.restyle()
        self.retranslate()

    def show_text(
        self, text: str, *, language: str = "", diff: bool = False, strong: tuple[int, int] = (0, 0)
    ) -> None:
        """`language` is a name that Pygments knows, for its colours. `strong`: start and length of what stands out
        in the first line."""
        self._marks.diff, self._marks.strong = diff, strong
        self._language = language
        self._marks.spans = self._spans(text)
        # Each line would be looked at, which a long text without marks need not wait for.
        marked = diff or bool(self._marks.spans) or strong[1] > 0 or "\\u{" in text
        self._marks.setDocument(self.text.document() if marked else None)
        wrap = QTextOption.WrapMode
        long = len(text) > LONG_LINE and max(map(len, text.split("\n"))) > LONG_LINE
        self.text.setWordWrapMode(wrap.WrapAnywhere if long else wrap.WrapAtWordBoundaryOrAnywhere)
        self.text.setPlainText(text)
        self._let_reach()
        self.updateGeometry()
        self.height_changed.emit()

    def _spans(self, text: str) -> Spans:
        return spans(text, self._language, themes.current.code_style) if len(text) <= QUICK else ()

    def set_head(self, left: str, right: str = "") -> None:
        """Plain words at both ends of the head."""
        self._left, self._right = left, right
        self.text.setAccessibleName(f"{left}, {right}" if right else left)
        self.update()

    def set_most_lines(self, lines: int) -> None:
        """How many lines are shown before it scrolls."""
        if lines != self._most:
            self._most = lines
            self._let_reach()
            self.updateGeometry()

    def _let_reach(self) -> None:
        """A text that scrolls can be reached by keys, to be read to its end."""
        tall = self.lines() > self._most or self.text.document().characterCount() > 60 * self._most
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tall else Qt.FocusPolicy.ClickFocus)

    def lines(self) -> int:
        return self.text.blockCount()

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._copy.setText(self.tr("Copied"))
        self._copied.start()
        self._place()

    # --- looks ---

    def retranslate(self) -> None:
        set_texts(self._copy, self.tr("Copy"), self.tr("Copy this text"))
        self._place()

    def restyle(self) -> None:
        theme = themes.current
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        self.text.setPalette(palette)
        self.text.setFont(theme.fixed_font())
        self.text.setTabStopDistance(4 * QFontMetricsF(theme.fixed_font()).horizontalAdvance(" "))
        self.text.verticalScrollBar().setStyleSheet(scroll_bar_style(theme))
        self._copy.restyle()
        self._marks.spans = self._spans(self.text.toPlainText()) if self._language else ()
        if self._marks.document() is not None:
            self._marks.rehighlight()
        self.updateGeometry()
        self.update()

    @property
    def _head(self) -> int:
        return themes.current.px(28)

    def fit(self, width: int) -> int:
        """The height for a width: the head, and the lines up to the most that are shown at once."""
        px = themes.current.px
        body = self._body(max(40, width - px(12) - 4 - px(10)))
        return self._head + 1 + px(10) + math.ceil(body) + px(10)

    def _body(self, width: float) -> float:
        """The height of the lines, up to the most that are shown; Korean ones are taller than others."""
        font, option = self.text.font(), QTextOption()
        option.setWrapMode(self.text.wordWrapMode())
        option.setTabStopDistance(self.text.tabStopDistance())
        height, lines, block = 0.0, 0, self.text.document().firstBlock()
        while block.isValid() and lines < self._most:
            laid = QTextLayout(block.text()[: 400 * self._most], font)
            laid.setTextOption(option)
            laid.beginLayout()
            while lines < self._most and (line := laid.createLine()).isValid():
                line.setLineWidth(width)
                height += line.height()
                lines += 1
            laid.endLayout()
            block = block.next()
        return height

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self.fit(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        px = themes.current.px
        top = self._head + 1 + px(10)
        self.text.setGeometry(px(12), top, self.width() - px(12) - 4, self.height() - top - px(6))
        place_in_head(self._copy, self.width(), self._head)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        paint_frame(painter, self.rect(), theme.code, self._head, 8)
        painter.setPen(QColor(theme.muted))
        painter.setFont(theme.font(12))
        self._paint_head(painter)
        if self.text.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_focus_ring(painter, QRectF(self.rect()), 8)
        painter.end()

    def _paint_head(self, painter: QPainter) -> None:
        px = themes.current.px
        metrics = painter.fontMetrics()
        room = self.rect().adjusted(px(12), 1, -self._copy.width() - px(14), 0)
        room.setHeight(self._head)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        right = metrics.horizontalAdvance(self._right)
        if self._right and right + px(16) + metrics.horizontalAdvance(self._left) <= room.width():
            painter.drawText(room, flags | Qt.AlignmentFlag.AlignRight, self._right)
            room.adjust(0, 0, -right - px(16), 0)
        left = metrics.elidedText(self._left, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, flags | Qt.AlignmentFlag.AlignLeft, left)
