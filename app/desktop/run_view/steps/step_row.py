"""A step of a run on one line, which opens."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.run_view.steps import step_text
from app.desktop.run_view.steps.call_words import call_words
from app.desktop.run_view.steps.inner_steps import InnerSteps, MakeLine
from app.desktop.run_view.steps.line_widget import NUMBER, OVERHANG, LineWidget
from app.desktop.run_view.steps.step_details import StepDetails
from app.desktop.run_view.steps.step_lines import (
    CallLine,
    Line,
    ThoughtLine,
)
from app.desktop.widgets.badges import badge_height, badge_width, paint_badge
from app.desktop.widgets.buttons import paint_focus_ring, word_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.format import format_count

HEAD = 37
# With less room than this for the words, what stands beside them is left out.
LEAST_WORDS = 160


class _Head(QAbstractButton):
    """The line that is pressed to open a step."""

    moved = Signal(int)
    wanted = Signal(bool)  # to be open, or closed

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.line: CallLine | ThoughtLine | None = None
        self.opened = False
        self.undo = word_button(self, "badge")
        self._by_keys = False
        Row(STRETCH, self.undo, parent=self, margins=(0, 0, OVERHANG, 0))
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
            line = self.line
            text = step_text.call_text(line) if isinstance(line, CallLine) else head_text(line)
            QApplication.clipboard().setText(text)
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
            painter.setFont(theme.font(12 if line.number < 1000 else 10))
            painter.setPen(QColor(theme.muted))
            painter.drawText(OVERHANG, baseline - 1, format_count(line.number))
        room = self._paint_badges(painter, line) - px(12) - OVERHANG - px(NUMBER)
        arrow = "  ▾" if self.opened else "  ▸" if active else ""
        taken = metrics.horizontalAdvance(arrow)
        is_task = (
            isinstance(line, CallLine) and line.child > 0
        )  # a sentence, which is read from its beginning
        elide = Qt.TextElideMode.ElideRight if is_task else Qt.TextElideMode.ElideMiddle
        text = metrics.elidedText(head_text(line), elide, room - taken)
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
        right = self.width() - OVERHANG
        if not self.undo.isHidden():
            right -= self.undo.sizeHint().width() + px(6)
        text, tone = badge_of(line)
        if text:
            width = badge_width(text)
            # What is no news (done, in progress) gives way to the words.
            if right - width - px(NUMBER) >= px(LEAST_WORDS) or (self.undo.isHidden() and tone != "quiet"):
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
    return call_words(line) if isinstance(line, CallLine) else step_text.thought_title(line)


def badge_of(line: CallLine | ThoughtLine) -> tuple[str, step_text.Tone]:
    if isinstance(line, CallLine):
        return step_text.badge(line)
    return step_text.thought_badge(line)


def beside_text(line: CallLine | ThoughtLine) -> str:
    """What stands left of the badge: of a helper at work its last step."""
    if (
        isinstance(line, CallLine)
        and not (line.status or line.child_ended)
        and (last := step_text.last_inner(line)) is not None
    ):
        return call_words(last)
    if isinstance(line, ThoughtLine) or not line.reasoning.strip():
        return ""
    return step_text.thought(line.thought_s)


class StepRow(LineWidget):
    """A call, or a turn that only thought: one line that opens."""

    toggled = Signal(bool)

    def __init__(self, parent: QWidget, line: CallLine | ThoughtLine, make: MakeLine) -> None:
        super().__init__(parent)
        self.line, self._make = line, make
        self._details: StepDetails | None = None
        self.inner: InnerSteps | None = None
        self.head = _Head(self)
        self.head.clicked.connect(lambda: self.set_open(not self.is_open))
        self.head.wanted.connect(self.set_open)
        self.head.moved.connect(self.moved)
        self.head.undo.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.head.undo.clicked.connect(self._undo_step)
        self._column = Column(self.head, parent=self, spacing=4)
        self.restyle()
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
        if holds_focus(self):
            # What was pressed may go, and the focus would go on by itself to somewhere else.
            self.head.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line = self.head.line = line
        self.head.undo.setVisible(isinstance(line, CallLine) and line.undo)
        if self._details is not None:
            self._details.show_line(line)
            self._show_inner()
        self.retranslate()

    def _show_inner(self) -> None:
        """The steps of a helper stand above what the step opens to."""
        lines = self.line.inner if isinstance(self.line, CallLine) else ()
        if not lines:
            return
        if self.inner is None:
            self.inner = InnerSteps(self, self._make, lambda row: row.link_asked.connect(self.link_asked))
            self.inner.height_changed.connect(self.height_changed)
            self._column.insertWidget(1, self.inner)
            self.inner.show()
        self.inner.show_lines(lines)

    def show_text(self, handle: str, text: str) -> None:
        if self._details is not None and isinstance(self.line, CallLine) and self.line.handle == handle:
            self._details.show_text(text)

    def set_open(self, on: bool) -> None:
        if on == self.is_open:
            return
        if self._details is None:
            self._details = StepDetails(self, self.line)
            self._details.height_changed.connect(self.height_changed)
            self._column.addWidget(self._details)
            self._details.show()
            self._show_inner()
        else:
            if holds_focus(self):
                self.head.setFocus(Qt.FocusReason.OtherFocusReason)
            discard(self._details, self._column)
            self._details = None
            if self.inner is not None:
                discard(self.inner, self._column)
                self.inner = None
        self.retranslate()
        self.toggled.emit(on)
        self.height_changed.emit()

    def set_current(self, on: bool) -> None:
        self.head.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)
        self.head.undo.setFocusPolicy(Qt.FocusPolicy.TabFocus if on else Qt.FocusPolicy.NoFocus)

    def retranslate(self) -> None:
        line = self.line
        name = self.tr("Undo step {number}").format(number=line.number)
        set_texts(self.head.undo, self.tr("undo"), name)
        self.head.opened = self.is_open
        self.head.setToolTip(wrapped_tip(step_text.call_text(line)) if isinstance(line, CallLine) else "")
        parts = [
            self.tr("Step {number}: {call}").format(number=format_count(line.number), call=head_text(line)),
            badge_of(line)[0],
            beside_text(line),
            self.tr("opened") if self.is_open else self.tr("closed"),
        ]
        self.head.setAccessibleName(", ".join(filter(None, parts)))
        self.head.update()

    def restyle(self) -> None:
        self.head.setFixedHeight(themes.current.px(HEAD))
        if self._details is not None:
            self._details.restyle()
        if self.inner is not None:
            self.inner.restyle()
        self.head.update()
