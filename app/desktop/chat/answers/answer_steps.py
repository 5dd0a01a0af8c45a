"""What a run did for an answer: its steps, folded to one line where they are many, and the question that it asks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from agents.events import Entry, ModelTurn, count_files
from agents.permissions.values import ApprovalRequest
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.run_view.call_writing import CallWriting
from app.desktop.run_view.question_card import QuestionCard, question_card
from app.desktop.run_view.steps.interrupted_card import InterruptedCard
from app.desktop.run_view.steps.line_widget import LineWidget
from app.desktop.run_view.steps.step_column import StepColumn
from app.desktop.run_view.steps.step_lines import CallLine, StepLines
from app.desktop.text.words import counted
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import discard
from app.services.models.events import ArgumentsDelta
from app.services.runs.values import RunView
from app.store.records import RUNS_UNDER_WAY

HEAD = 30
GAP = 10
# An answer that took no more steps than this shows them, a longer one folds them away once it is given.
FEW = 4
# So many are built at once; of more only those near the reader.
ALL_BUILT = 40


class AnswerSteps(FittedWidget):
    """Shows a run without its task and its answer. `decided` carries a call and a `Decision`, `undo_wanted` what
    `RunStepsView.undo_wanted` does, `go_on` what becomes of interrupted calls; `review_wanted` asks for all that was
    changed, `asked` comes when a question comes or goes, `released` before one goes that has the focus."""

    link_asked = Signal(str)
    decided = Signal(str, object)
    undo_wanted = Signal(object, object, int)
    review_wanted = Signal()
    seen_wanted = Signal(int, int)
    text_wanted = Signal(str)
    go_on = Signal(object)
    asked = Signal()
    released = Signal()

    def __init__(self, parent: QWidget, run: int) -> None:
        super().__init__(parent)
        self.run = run
        self._lines = StepLines(in_chat=True)
        self._view: RunView | None = None
        self._chosen: bool | None = None  # to be unfolded or not, where a person has said so
        self._left_alone = False
        self._fitting = False
        self._scroll: QScrollArea | None = None
        self._head = word_button(self)
        self._review, self._undo = word_button(self, "badge"), word_button(self, "badge")
        self._column = StepColumn(self)
        self._interrupted = InterruptedCard(self)
        self._question: QuestionCard | None = None
        self._writing: CallWriting | None = None
        self._head.clicked.connect(self._fold)
        self._review.clicked.connect(self.review_wanted)
        self._undo.clicked.connect(lambda: self.undo_wanted.emit(None, None, 0))
        self._column.line_made.connect(self._line_made)
        self._column.height_changed.connect(self._changed)
        self._interrupted.go_on.connect(self.go_on)
        self._interrupted.left.connect(self._leave_alone)
        self._show_state()

    # --- what is shown ---

    def show_run(self, view: RunView, entries: Sequence[Entry]) -> None:
        """Shows the run from its journal."""
        self._lines = StepLines(in_chat=True)
        self._column.clear()
        self.append(entries)
        self.set_view(view)
        self.ask(view.pending)

    def append(self, entries: Sequence[Entry]) -> None:
        """New entries of the journal; those that are known already count for nothing."""
        changed = self._lines.add(entries)
        if any(isinstance(entry.event, ModelTurn) for entry in entries):
            self._drop_writing()
        if changed:
            self._column.update_lines(self._lines.lines, changed)
        self._show_state()

    def write(self, delta: ArgumentsDelta) -> None:
        """New text of a call that the model is writing; the last one is shown."""
        if self._writing is None or self._writing.call != delta.call:
            self._drop_writing()
            self._writing = CallWriting(self, delta.call, delta.name)
            self._writing.height_changed.connect(self._changed)
            self._writing.show()
        self._writing.append(delta.text)

    def _drop_writing(self) -> None:
        if self._writing is not None:
            discard(self._writing)
            self._writing = None

    def set_view(self, view: RunView) -> None:
        self._view = view
        if self.is_under_way:
            self._left_alone = False
        self._show_state()

    def show_text(self, handle: str, text: str) -> None:
        """The whole text of a handle that `text_wanted` asked for."""
        for widget in self._column.widgets():
            widget.show_text(handle, text)
        self._changed()

    def ask(self, request: ApprovalRequest | None) -> None:
        """Shows the question that the run waits for; None: there is none any more."""
        before = self._question
        if before is not None:
            if before.request == request:
                return
            self._question = None
            if holds_focus(before):
                self.released.emit()  # before the focus goes on by itself, and the page with it
            discard(before)
        if request is not None:
            card = self._question = question_card(request, self, in_chat=True)
            card.decided.connect(self.decided)
            card.height_changed.connect(self._changed)
            card.setVisible(True)
        self._show_state()
        if self._question is not None:
            self._question.announce()
        self.asked.emit()

    @property
    def question(self) -> QuestionCard | None:
        """What is asked at this moment."""
        return self._question

    @property
    def is_under_way(self) -> bool:
        return self._view is not None and self._view.record.state in RUNS_UNDER_WAY

    @property
    def is_busy(self) -> bool:
        """Whether a call is carried out or a person is asked: the model is not waited for."""
        return self._question is not None or self._lines.working

    @property
    def shows_interrupted(self) -> bool:
        return not self._interrupted.isHidden()

    @property
    def is_empty(self) -> bool:
        shown = self._lines.lines or self._question or self._writing
        return not shown and not self.shows_interrupted

    @property
    def is_open(self) -> bool:
        """Whether the steps are unfolded."""
        if self._chosen is not None:
            return self._chosen
        return self.is_under_way or len(self._calls()) <= FEW

    def offer_focus(self) -> None:
        """To the question, unless a person may be writing."""
        if self._question is not None:
            self._question.offer_focus()

    def take_focus(self) -> None:
        """To the question, if there is one."""
        if self._question is not None:
            self._question.take_focus()

    def _calls(self) -> list[CallLine]:
        return [line for line in self._lines.lines if isinstance(line, CallLine)]

    def _fold(self) -> None:
        self._chosen = not self.is_open
        self._show_state()

    def _leave_alone(self) -> None:
        self._left_alone = True
        self._show_state()

    def _show_state(self) -> None:
        view = self._view
        if view is not None:
            standing = self._lines.stand(under_way=self.is_under_way, interrupted=view.interrupted)
            self._column.update_lines(self._lines.lines, standing)
        lines = self._lines.lines
        calls = self._calls()
        left: list[CallLine] = []
        if view is not None and not self.is_under_way and not self._left_alone:
            left = [line for call in view.interrupted if (line := self._lines.call(call)) is not None]
        self._interrupted.show_calls(left)
        self._head.setVisible(bool(lines))
        self._column.setVisible(bool(lines) and self.is_open)
        undoable = any(call.undoing == "possible" for call in calls)
        for button in (self._review, self._undo):
            button.setVisible(undoable and not self.is_under_way)
        self.retranslate()
        self._changed()

    def _changed(self) -> None:
        if not self._fitting:
            self.height_changed.emit()

    def _line_made(self, widget: LineWidget) -> None:
        widget.link_asked.connect(self.link_asked)
        widget.undo_wanted.connect(self.undo_wanted)
        widget.seen_wanted.connect(self.seen_wanted)
        widget.text_wanted.connect(self.text_wanted)

    # --- words ---

    def retranslate(self) -> None:
        calls = self._calls()
        changes = (change for line in calls for change in line.files if line.undoing == "possible")
        files = count_files({change.path: change for change in changes}.values())
        steps = len({line.step for line in calls})
        parts = [counted(steps, self.tr("1 step"), self.tr("{count} steps"))]
        if files:
            parts.append(counted(files, self.tr("1 file changed"), self.tr("{count} files changed")))
        self._head.setText("  ·  ".join(parts) + ("  ▾" if self.is_open else "  ▸"))
        state = self.tr("opened") if self.is_open else self.tr("closed")
        self._head.setAccessibleName(f"{', '.join(parts)}, {state}")
        set_texts(self._review, self.tr("Review"), self.tr("Review what this answer changed"))
        set_texts(self._undo, self.tr("Undo all"), self.tr("Undo what this answer changed"))

    # --- places ---

    def fit(self, width: int) -> int:
        """Lays everything out for a width; returns its height."""
        px, y = themes.current.px, 0
        self._fitting = True
        if not self._head.isHidden():
            right = width
            for button in (self._undo, self._review):
                size = button.sizeHint()
                middle = y + (px(HEAD) - size.height()) // 2
                button.setGeometry(right - size.width(), middle, size.width(), size.height())
                right -= 0 if button.isHidden() else size.width() + px(8)
            self._head.setGeometry(0, y, right, px(HEAD))
            y += px(HEAD)
        if not self._column.isHidden():
            y += px(4)
            height = self._column.fit(width)
            if self._build(y, width, height):
                height = self._column.fit(width)
            self._column.setGeometry(0, y, width, height)
            y += height + px(GAP)
        for card in (self._writing, self._interrupted, self._question):
            if card is not None and not card.isHidden():
                height = card.fit(width)
                card.setGeometry(0, y, width, height)
                y += height + px(GAP)
        self._fitting = False
        return max(0, y - px(GAP)) if y else 0

    def _build(self, top: int, width: int, height: int) -> bool:
        """Builds the lines near the reader; whether there were new ones."""
        if len(self._column) <= ALL_BUILT:
            return self._column.build(0, height + 1)
        if self._scroll is None:
            return self._column.build(height - 1200, height + 1)
        seen = self._scroll.viewport()
        above = self.mapTo(seen, QPoint(0, top)).y() if seen.isAncestorOf(self) else 0
        return self._column.build(-above - seen.height() // 2, -above + seen.height() * 3 // 2)

    def _scrolled(self) -> None:
        if self.isVisible() and self.is_open and len(self._column) > ALL_BUILT and self._build_here():
            self._changed()

    def _build_here(self) -> bool:
        return self._build(self._column.y(), self.width(), self._column.height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._scroll is None:
            parent = self.parentWidget()
            while parent is not None and not isinstance(parent, QScrollArea):
                parent = parent.parentWidget()
            if isinstance(parent, QScrollArea):
                self._scroll = parent
                parent.verticalScrollBar().valueChanged.connect(self._scrolled)

    def restyle(self) -> None:
        self._column.restyle()
