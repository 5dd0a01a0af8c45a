"""The lines of a run as widgets: a step that opens, a quiet sentence, what was said, an answer, an end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import isValid

from app.desktop.chat.answer import QUICK_TEXT
from app.desktop.chat.background import background
from app.desktop.chat.body import AnswerBody
from app.desktop.chat.buttons import QuietButton, paint_focus_ring
from app.desktop.chat.code import COPIED_MS
from app.desktop.chat.markdown import Block, parse
from app.desktop.chat.note_line import NoteLine
from app.desktop.chat.prose import PlainBlock
from app.desktop.chat.strip import Strip
from app.desktop.language import languages
from app.desktop.runs import step_words
from app.desktop.runs.badges import BadgeButton, badge_height, badge_width, paint_badge
from app.desktop.runs.step_details import StepDetails
from app.desktop.runs.step_lines import (
    AnswerLine,
    CallLine,
    EndLine,
    Line,
    QuietLine,
    SaidLine,
    ThoughtLine,
    WordsLine,
)
from app.desktop.theme import themes
from app.services.run_reasons import why_ended

HEAD = 37
NUMBER = 28
# A step reaches so far beyond its words at both sides, for its focus ring.
OVERHANG = 8
MAX_SAID = 6000
# With less room than this for the words, what stands beside them is left out.
LEAST_WORDS = 160


class LineWidget(QWidget):
    """One line. `fit` gives its height for a width, `heightChanged` comes when that changed."""

    heightChanged = Signal()
    linkAsked = Signal(str)
    moved = Signal(int)  # the focus should go up (-1) or down (1)
    undo_wanted = Signal(object, object, int)
    seen_wanted = Signal(int)
    text_wanted = Signal(str)

    def show_line(self, line: Line) -> None:
        """Shows a newer state of the line."""
        raise NotImplementedError

    def fit(self, width: int) -> int:
        raise NotImplementedError

    def restyle(self) -> None:
        raise NotImplementedError

    def retranslate(self) -> None:
        """Sets the words again."""

    def show_text(self, handle: str, text: str) -> None:
        """A whole result that was asked for."""

    def set_current(self, on: bool) -> None:
        """Whether Tab stops here."""

    def set_on_card(self, on: bool) -> None:
        """Whether it stands on a card with steps."""

    @property
    def is_open(self) -> bool:
        return False

    @property
    def holds_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


class _Head(QAbstractButton):
    """The line that is pressed to open a step."""

    moved = Signal(int)
    wanted = Signal(bool)  # to be open, or closed

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.line: CallLine | ThoughtLine | None = None
        self.opened = False
        self.reserved = 0  # at the right, for what can be pressed there
        self._by_keys = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A ring is for who came by keys; who has clicked knows where they are.
        self._by_keys = event.reason() != Qt.FocusReason.MouseFocusReason

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keys = True
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self.wanted.emit(key == Qt.Key.Key_Right)
        elif event.matches(QKeySequence.StandardKey.Copy) and self.line is not None:
            QApplication.clipboard().setText(head_text(self.line))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        line = self.line
        if line is None:
            return
        theme = themes.current
        px = theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self.underMouse() or self.hasFocus()
        first = not isinstance(line, CallLine) or line.first
        font = theme.font(14)
        metrics = QFontMetrics(font)
        # One line for all words, though Korean letters are taller than others.
        baseline = (self.height() + metrics.ascent() - metrics.descent()) // 2
        if first:
            painter.setFont(theme.font(12 if line.step < 1000 else 10))
            painter.setPen(QColor(theme.muted))
            painter.drawText(OVERHANG, baseline - 1, QLocale().toString(line.step))
        room = self._paint_badges(painter, line) - px(12) - OVERHANG - px(NUMBER)
        arrow = "  ▾" if self.opened else "  ▸" if active else ""
        taken = metrics.horizontalAdvance(arrow)
        text = metrics.elidedText(head_text(line), Qt.TextElideMode.ElideMiddle, room - taken)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(OVERHANG + px(NUMBER), baseline, text)
        if arrow:
            painter.setPen(QColor(theme.muted))
            painter.drawText(OVERHANG + px(NUMBER) + metrics.horizontalAdvance(text), baseline, arrow)
        if self.hasFocus() and self._by_keys:
            paint_focus_ring(painter, QRectF(self.rect()).adjusted(0, 1, 0, -1), 6)
        painter.end()

    def _paint_badges(self, painter: QPainter, line: CallLine | ThoughtLine) -> int:
        """Draws what stands at the right; returns where that begins."""
        theme = themes.current
        px = theme.px
        right = self.width() - OVERHANG - self.reserved
        text, tone = badge_of(line)
        if text:
            width = badge_width(text)
            if right - width - px(NUMBER) >= px(LEAST_WORDS) or not self.reserved:
                top = (self.height() - badge_height()) / 2
                paint_badge(painter, QRectF(right - width, top, width, badge_height()), text, tone)
                right -= width + px(8)
        beside = beside_text(line)
        if beside:
            font = theme.font(12)
            width = QFontMetrics(font).horizontalAdvance(beside)
            if right - width - px(NUMBER) >= px(2 * LEAST_WORDS):
                painter.setFont(font)
                painter.setPen(QColor(theme.muted))
                place = QRectF(right - width, 0, width, self.height())
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, beside)
                right -= width + px(8)
        return right


def head_text(line: CallLine | ThoughtLine) -> str:
    return step_words.call_text(line) if isinstance(line, CallLine) else step_words.thought_title(line)


def badge_of(line: CallLine | ThoughtLine) -> tuple[str, step_words.Tone]:
    if isinstance(line, CallLine):
        return step_words.badge(line)
    return step_words.thought_badge(line)


def beside_text(line: CallLine | ThoughtLine) -> str:
    """What stands left of the badge."""
    if isinstance(line, ThoughtLine) or not line.reasoning.strip():
        return ""
    return step_words.thought(line.thought_s)


class StepRow(LineWidget):
    """A call, or a turn that only thought: one line that opens."""

    toggled = Signal(bool)

    def __init__(self, parent: QWidget, line: CallLine | ThoughtLine) -> None:
        super().__init__(parent)
        self.line = line
        self._details: StepDetails | None = None
        self.head = _Head(self)
        self.head.clicked.connect(lambda: self.set_open(not self.is_open))
        self.head.wanted.connect(self.set_open)
        self.head.moved.connect(self.moved)
        self._undo = BadgeButton(self)
        self._undo.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._undo.clicked.connect(self._undo_step)
        self.show_line(line)

    @property
    def is_open(self) -> bool:
        return self._details is not None

    def _undo_step(self) -> None:
        if isinstance(self.line, CallLine):
            self.undo_wanted.emit((self.line.call,), None, 0)

    def show_line(self, line: Line) -> None:
        assert isinstance(line, CallLine | ThoughtLine)
        if line == self.line and self.head.line is not None:
            return
        if self.holds_focus:
            # What was pressed may go, and the focus would go on by itself to somewhere else.
            self.head.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line = self.head.line = line
        self._undo.setVisible(isinstance(line, CallLine) and line.undoing == "possible")
        if self._details is not None:
            self._details.show_line(line)
        self.retranslate()

    def show_text(self, handle: str, text: str) -> None:
        if self._details is not None and isinstance(self.line, CallLine) and self.line.handle == handle:
            self._details.show_text(text)

    def set_open(self, on: bool) -> None:
        if on == self.is_open:
            return
        if self._details is None:
            self._details = StepDetails(self, self.line)
            self._details.heightChanged.connect(self.heightChanged)
            self._details.linkAsked.connect(self.linkAsked)
            self._details.undo_wanted.connect(self.undo_wanted)
            self._details.seen_wanted.connect(self.seen_wanted)
            self._details.text_wanted.connect(self.text_wanted)
            self._details.show()
        else:
            if self._details.isAncestorOf(QApplication.focusWidget() or self):
                self.head.setFocus(Qt.FocusReason.OtherFocusReason)
            self._details.hide()
            self._details.deleteLater()
            self._details = None
        self.retranslate()
        self.toggled.emit(on)
        self.heightChanged.emit()

    def set_current(self, on: bool) -> None:
        self.head.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)
        self._undo.setFocusPolicy(Qt.FocusPolicy.TabFocus if on else Qt.FocusPolicy.NoFocus)

    def retranslate(self) -> None:
        line = self.line
        self._undo.setText(self.tr("undo"))
        self._undo.setAccessibleName(self.tr("Undo step {number}").format(number=line.step))
        self.head.opened = self.is_open
        parts = [
            self.tr("Step {number}: {call}").format(
                number=QLocale().toString(line.step), call=head_text(line)
            ),
            badge_of(line)[0],
            beside_text(line),
            self.tr("opened") if self.is_open else self.tr("closed"),
        ]
        self.head.setAccessibleName(", ".join(filter(None, parts)))
        if self._details is not None:
            self._details.retranslate()
        self._place(self.width())
        self.head.update()

    def restyle(self) -> None:
        self._undo.restyle()
        if self._details is not None:
            self._details.restyle()
        self.head.update()

    def fit(self, width: int) -> int:
        height = self._place(width)
        if self._details is not None:
            left = OVERHANG + themes.current.px(NUMBER)
            taken = self._details.fit(width - left - OVERHANG)
            self._details.setGeometry(left, height + themes.current.px(4), width - left - OVERHANG, taken)
            height += themes.current.px(4) + taken
        return height

    def _place(self, width: int) -> int:
        px = themes.current.px
        height = px(HEAD)
        size = self._undo.sizeHint()
        self.head.reserved = size.width() + px(6) if not self._undo.isHidden() else 0
        self.head.setGeometry(0, 0, width, height)
        left = width - OVERHANG - size.width()
        self._undo.setGeometry(left, (height - size.height()) // 2, size.width(), size.height())
        self._undo.raise_()
        return height


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
        self._note.set_note(step_words.quiet_text(self.line))

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
        self._body.heightChanged.connect(self.heightChanged)
        self._body.linkAsked.connect(self.linkAsked)
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
        self.heightChanged.emit()

    def retranslate(self) -> None:
        self._text.setAccessibleName(self.tr("What you asked for"))
        count = QLocale().toString(len(self.line.text))
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
        self._body.heightChanged.connect(self.heightChanged)
        self._body.linkAsked.connect(self.linkAsked)
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
            self.heightChanged.emit()

    def show_line(self, line: Line) -> None:
        """An answer that was given does not change."""

    def _copy_text(self) -> None:
        QApplication.clipboard().setText(self.line.text)
        self._copy.setText(self.tr("Copied"))
        self._copied.start()
        self.heightChanged.emit()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Answer"))
        self._copy.setText(self.tr("Copy"))
        self._copy.setAccessibleName(self.tr("Copy this answer"))
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


def line_widget(parent: QWidget, line: Line) -> LineWidget:
    """The widget for a line."""
    match line:
        case CallLine() | ThoughtLine():
            return StepRow(parent, line)
        case WordsLine():
            return WordsRow(parent, line)
        case QuietLine():
            return QuietRow(parent, line)
        case SaidLine():
            return SaidRow(parent, line)
        case AnswerLine():
            return AnswerRow(parent, line)
        case EndLine():
            return EndRow(parent, line)
