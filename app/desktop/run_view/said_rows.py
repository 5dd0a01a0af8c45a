"""Lines between the steps: quiet sentences, what was said, answers, and how a run ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.markdown.body import QUICK_TEXT, AnswerBody
from app.desktop.markdown.code import COPIED_MS
from app.desktop.markdown.markdown import Block, parse
from app.desktop.markdown.prose import PlainBlock
from app.desktop.run_view import step_text
from app.desktop.run_view.line_widget import NUMBER, OVERHANG, LineWidget
from app.desktop.run_view.step_lines import (
    AnswerLine,
    EndLine,
    Line,
    QuietLine,
    SaidLine,
    WordsLine,
)
from app.desktop.widgets.buttons import QuietButton
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.note_line import NoteLine
from app.desktop.widgets.note_strip import Strip
from app.format import format_count
from app.services.runs.reasons import why_ended

MAX_SAID = 6000


class QuietRow(LineWidget):
    """A quiet sentence among the steps."""

    def __init__(self, parent: QWidget, line: QuietLine) -> None:
        super().__init__(parent)
        self.line = line
        self._on_card = True
        self._note = NoteLine(self)
        self.retranslate()

    def set_on_card(self, on: bool) -> None:
        self._on_card = on

    def show_line(self, line: Line) -> None:
        assert isinstance(line, QuietLine)
        self.line = line
        self.retranslate()

    def retranslate(self) -> None:
        self._note.set_note(step_text.quiet_text(self.line))

    def restyle(self) -> None:
        self._note.update()

    def fit(self, width: int) -> int:
        px = themes.current.px
        # On a card it stands under the words of the steps.
        left, top = (OVERHANG + px(NUMBER), px(9)) if self._on_card else (0, 0)
        height = self._note.fit(width - left - OVERHANG)
        self._note.setGeometry(left, top, width - left - OVERHANG, height)
        return height + 2 * top


class WordsRow(LineWidget):
    """What the model said before its calls, as Markdown."""

    def __init__(self, parent: QWidget, line: WordsLine) -> None:
        super().__init__(parent)
        self._body = AnswerBody(self)
        self._body.height_changed.connect(self.height_changed)
        self._body.link_asked.connect(self.link_asked)
        self._body.show_blocks(parse(line.text[:QUICK_TEXT]))
        self.setAccessibleName(line.text[:QUICK_TEXT])

    def show_line(self, line: Line) -> None:
        """Words that were said do not change."""

    def retranslate(self) -> None:
        self._body.retranslate()

    def restyle(self) -> None:
        self._body.restyle()

    def fit(self, width: int) -> int:
        px = themes.current.px
        inner = width - 2 * OVERHANG
        height = self._body.fit(inner)
        self._body.setGeometry(OVERHANG, px(8), inner, height)
        return height + 2 * px(8)


class SaidRow(LineWidget):
    """The user's words, in a bubble as in a chat."""

    def __init__(self, parent: QWidget, line: SaidLine) -> None:
        super().__init__(parent)
        self.line = line
        self._bubble = QRectF()
        self._folded = len(line.text) > MAX_SAID
        self._text = PlainBlock(self, "")
        self._more = QuietButton(self, pixels=13)
        self._more.clicked.connect(self._show_all)
        self._fill()
        self.retranslate()

    def show_line(self, line: Line) -> None:
        """Words that were said do not change."""

    def _fill(self) -> None:
        text = self.line.text
        self._text.set_text(text[:MAX_SAID].rstrip() + "…" if self._folded else text)
        self._more.setVisible(self._folded)

    def _show_all(self) -> None:
        self._folded = False
        self._fill()
        self.height_changed.emit()

    def retranslate(self) -> None:
        self._text.setAccessibleName(self.tr("Your request"))
        count = format_count(len(self.line.text))
        self._more.setText(self.tr("Show all ({count} characters)").format(count=count))

    def restyle(self) -> None:
        self._text.restyle()
        self._more.restyle()
        self.update()

    def fit(self, width: int) -> int:
        px = themes.current.px
        pad_x, pad_y = px(14), px(10)
        inner = max(self._text.natural_width(int(width * 0.9) - 2 * pad_x), px(12))
        height = self._text.fit(inner)
        more = self._more.sizeHint()
        extra = 0 if self._more.isHidden() else more.height() + 4
        left = width - inner - 2 * pad_x
        self._bubble = QRectF(left, 0, inner + 2 * pad_x, height + extra + 2 * pad_y)
        self._text.setGeometry(left + pad_x, pad_y - px(2), inner, height)
        self._more.setGeometry(left + pad_x - 6, pad_y + height + 4, more.width(), more.height())
        self.update()
        return int(self._bubble.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current.user_bubble))
        painter.drawRoundedRect(self._bubble, 12, 12)
        painter.end()


class AnswerRow(LineWidget):
    """The model's word at the end, as Markdown; nothing in it is loaded, and a link asks before it opens."""

    def __init__(self, parent: QWidget, line: AnswerLine) -> None:
        super().__init__(parent)
        self.line = line
        self._body = AnswerBody(self)
        self._body.height_changed.connect(self.height_changed)
        self._body.link_asked.connect(self.link_asked)
        self._copy = QuietButton(self, pixels=12.5)
        self._copy.clicked.connect(self._copy_text)
        self._copied = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied.timeout.connect(self.retranslate)
        self._body.show_blocks(parse(line.text[:QUICK_TEXT]))
        if len(line.text) > QUICK_TEXT:
            background().submit(lambda: parse(line.text), self._parsed)
        self.retranslate()

    def _parsed(self, blocks: Sequence[Block]) -> None:
        if isValid(self):
            self._body.show_blocks(blocks)
            self.height_changed.emit()

    def show_line(self, line: Line) -> None:
        """An answer that was given does not change."""

    def _copy_text(self) -> None:
        QApplication.clipboard().setText(self.line.text)
        self._copy.setText(self.tr("Copied"))
        self._copied.start()
        self.height_changed.emit()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Answer"))
        set_texts(self._copy, self.tr("Copy"), self.tr("Copy this answer"))
        self._body.retranslate()

    def restyle(self) -> None:
        self._body.restyle()
        self._copy.restyle()

    def fit(self, width: int) -> int:
        height = self._body.fit(width)
        self._body.setGeometry(0, 0, width, height)
        size, y = self._copy.sizeHint(), height + themes.current.px(6)
        self._copy.setGeometry(-6, y, size.width(), size.height())
        return y + size.height()


class EndRow(LineWidget):
    """Why the run ended, in a strip."""

    def __init__(self, parent: QWidget, line: EndLine) -> None:
        super().__init__(parent)
        self.line = line
        self._strip = Strip(self)
        self.retranslate()

    def show_line(self, line: Line) -> None:
        """An end that was written down does not change."""

    def retranslate(self) -> None:
        kind = "bad" if self.line.status == "failed" else "warning"
        if self.line.reason in ("user", "paused"):
            kind = "quiet"
        self._strip.set_content(languages.tell(why_ended(self.line.reason, self.line.error)), [], kind)

    def restyle(self) -> None:
        self._strip.restyle()

    def fit(self, width: int) -> int:
        height = self._strip.fit(width)
        self._strip.setGeometry(0, 0, width, height)
        return height
