"""The card that asks for approval of a plan: its steps can be changed, approved, sent back with words, or let go."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from agents.permissions.values import ApprovalRequest, Decision
from agents.plan import MOST_STEPS
from app.desktop.base.icons import set_icon
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.run_view.answer_bar import AnswerBar
from app.desktop.run_view.plan_review.steps_entry import LEAST_LINES, StepsEntry
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, name_icon, show_text, text_label
from app.desktop.widgets.layouts import Row

# As for other questions: a card that has just come does not take what was pressed for something else.
GUARD_S = 0.6
# What stands around the steps.
AROUND = 230


class PlanBar(AnswerBar):
    """A no sends the plan back with words, or lets it go without any."""

    def retranslate(self) -> None:
        self.reason.setPlaceholderText(self.tr("What should be different? Leave it empty to let the plan go"))
        self.reason.setAccessibleName(self.tr("What should be different, told to the model"))
        self.deny.setText(self.tr("Reject"))
        self.back.setText(self.tr("Back"))


class PlanReview(FittedWidget):
    """`decided` comes once, with the name of the question and a `Decision`. `guard` as of `ApprovalCard`."""

    decided = Signal(str, object)

    def __init__(
        self, request: ApprovalRequest, parent: QWidget | None = None, *, guard: float = GUARD_S
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "warning-card")
        self.request = request
        self._guard, self._since, self._done = guard, 0.0, False
        self._head = QWidget(self)
        self._title = text_label(self._head, "heading")
        self.up, self.down = push_button(self._head, "icon"), push_button(self._head, "icon")
        Row((self._title, 1), self.up, self.down, parent=self._head, spacing=2)
        self._about = text_label(self, "small", wraps=True)
        self.entry = StepsEntry(self)
        self._problem = text_label(self, "warning", wraps=True)
        self.bar = PlanBar((), self, takes_enter=False)
        self.entry.show_steps(request.steps)
        self._connect()
        self.restyle()
        self.retranslate()

    def _connect(self) -> None:
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.entry.height_changed.connect(self._changed)
        self.entry.textChanged.connect(self._check)
        self.bar.chosen.connect(lambda _: self._approve())
        self.bar.refused.connect(lambda: self.bar.ask_why() if self._armed() else None)
        self.bar.denied.connect(lambda words: self._decide(Decision(False, message=words)))
        self.bar.height_changed.connect(self._changed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._approve)
        themes.changed.connect(self.restyle)

    def _move(self, by: int) -> None:
        self.entry.move_step(by)
        self.entry.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- answers ---

    def _armed(self) -> bool:
        return not self._done and time.monotonic() - self._since >= self._guard

    def _approve(self) -> None:
        steps = self.entry.steps()
        if self._armed() and 0 < len(steps) <= MOST_STEPS:
            same = steps == self.request.steps or not self.entry.document().isModified()
            self._decide(Decision(True, steps=() if same else steps))

    def _decide(self, decision: Decision) -> None:
        if not self._armed():
            return
        self._done = True
        if holds_focus(self):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.bar.end()
        self.entry.setReadOnly(True)
        for button in (self.up, self.down):
            button.setEnabled(False)
        self.decided.emit(self.request.call, decision)

    def _check(self) -> None:
        count = len(self.entry.steps())
        words = ""
        if not count:
            words = self.tr("A plan has at least one step.")
        elif count > MOST_STEPS:
            words = self.tr("A plan has at most {most} steps.").format(most=MOST_STEPS)
        show_text(self._problem, words)
        self.bar.default.setEnabled(not words and not self._done)
        self._changed()

    # --- as `ApprovalCard` ---

    def announce(self) -> None:
        if QAccessible.isActive():
            announce(self, f"{self._title.text()} {'. '.join(self.request.steps)}"[:600])

    def offer_focus(self) -> bool:
        """Take the focus where that takes nothing away; it is on no answer yet."""
        focus = QApplication.focusWidget()
        types = isinstance(focus, QLineEdit | QTextEdit | QPlainTextEdit) and not focus.isReadOnly()
        if not self.isVisible() or not self.window().isActiveWindow() or types:
            return False
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_focus(self) -> None:
        self.bar.default.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_room(self, height: int) -> None:
        """Show fewer lines at once where the whole card would be higher than what it is seen in."""
        line = self.entry.fontMetrics().lineSpacing()
        self.entry.most_lines = max(LEAST_LINES, (height - themes.current.px(AROUND)) // line)
        self._changed()

    # --- looks ---

    def retranslate(self) -> None:
        self._title.setText(self.tr("Approve this plan?"))
        self._about.setText(
            self.tr("Nothing has been changed yet. One step per line: move, change, add, or remove lines.")
        )
        self.entry.setAccessibleName(self.tr("Steps of the plan"))
        name_icon(self.up, self.tr("Move the step up (Alt+Up)"))
        name_icon(self.down, self.tr("Move the step down (Alt+Down)"))
        self.bar.say([self.tr("Approve")], self.tr("Reject…"))
        self.setAccessibleName(self._title.text())
        self._check()

    def restyle(self) -> None:
        self.bar.restyle()
        self.entry.restyle()
        set_icon(self.up, "arrow-up", "muted", 16)
        set_icon(self.down, "arrow-down", "muted", 16)
        self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enters and not event.isAutoRepeat() and self.hasFocus():
            self.take_focus()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._since = time.monotonic()

    def _changed(self) -> None:
        if self.width() > 0:
            self.fit(self.width())
        self.height_changed.emit()

    def sizeHint(self) -> QSize:
        width = max(self.width(), themes.current.px(480))
        return QSize(width, self.fit(width))

    def fit(self, width: int) -> int:
        """Lay the card out for a width; returns its height."""
        px = themes.current.px
        left, inner, y = px(18), width - 2 * px(18), px(12)
        blocks: tuple[tuple[QWidget, int], ...] = (
            (self._head, self._head.sizeHint().height()),
            (self._about, self._about.heightForWidth(inner)),
            (self.entry, self.entry.height_for(inner)),
            (self._problem, self._problem.heightForWidth(inner)),
            (self.bar, self.bar.heightForWidth(inner)),
        )
        for block, height in blocks:
            if block.isHidden():
                continue
            block.setGeometry(left, y, inner, height)
            y += height + px(10)
        return y + px(6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit(event.size().width())
