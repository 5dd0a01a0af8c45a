"""The live middle of a run's page: plan, steps, what is being written, the question that is asked, the answer."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from agents.events import Entry, ModelTurn, RunFinished
from agents.permissions.values import ApprovalRequest
from app.desktop.base.bridge import coalesce
from app.desktop.base.language import languages
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.markdown.link_strip import LinkStrip
from app.desktop.markdown.links import open_link
from app.desktop.run_view.live_turn import LiveTurn
from app.desktop.run_view.plan_card import PlanCard
from app.desktop.run_view.question_card import QuestionCard, question_card
from app.desktop.run_view.steps.interrupted_card import InterruptedCard
from app.desktop.run_view.steps.line_widget import LineWidget
from app.desktop.run_view.steps.said_rows import SaidRow
from app.desktop.run_view.steps.step_column import StepColumn
from app.desktop.run_view.steps.step_lines import SaidLine, StepLines
from app.desktop.run_view.waiting import waiting_of
from app.desktop.runs.follow_up import FollowUp
from app.desktop.runs.steps_scroll import COLUMN, MARGIN, StepsScroll
from app.desktop.text.tool_call_text import first_words
from app.desktop.widgets.buttons import JumpButton
from app.desktop.widgets.labels import announce, name_icon
from app.desktop.widgets.layouts import discard
from app.services.models.events import ArgumentsDelta, GenerationQueued, PromptProgress, TextDelta
from app.services.runs.reasons import why_ended
from app.services.runs.values import RunView
from app.store.records import RUNS_UNDER_WAY

FLUSH_MS = 33
# Showing new text takes this share of the time at most while a model writes.
MAX_SHARE = 0.2

RunPart = PlanCard | SaidRow | StepColumn | LiveTurn | InterruptedCard | QuestionCard | FollowUp


class RunStepsView(ThemedWidget):
    """Shows one run and says what is wanted of it.

    `decided` carries a call and a `Decision`; `undo_wanted` calls or None, paths or None, and the event behind which
    all is meant; `seen_wanted` a turn and its number; `resume_wanted` a message and what becomes of interrupted
    calls; `text_wanted` the handle of a long text, which `show_text` brings.
    """

    decided = Signal(str, object)
    undo_wanted = Signal(object, object, int)
    seen_wanted = Signal(int, int)
    resume_wanted = Signal(str, object)
    text_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: RunView | None = None
        self._lines = StepLines()
        self._changed: set[int] = set()
        self._words: list[TextDelta | ArgumentsDelta] = []
        self._pause = FLUSH_MS
        self._left_alone = False  # interrupted calls that are to stay as they are
        self._scroll = StepsScroll(self)
        self._scroll.parts = self._parts
        self._page, self._column = self._scroll.page, self._scroll.column
        self._plan = PlanCard(self._page)
        self._task: SaidRow | None = None
        self._live = LiveTurn(self._page)
        self._interrupted = InterruptedCard(self._page)
        self._asked: QuestionCard | None = None
        self.follow_up = FollowUp(self._page)
        self._jump = JumpButton(self)
        self._jump.hide()
        self._strip = LinkStrip(self)
        self._flushing = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._flushing.timeout.connect(self._flush)
        self._connect()
        self.setFocusProxy(self._scroll)
        self.refresh()

    def _connect(self) -> None:
        self._column.line_made.connect(self._line_made)
        self._scroll.placed.connect(self._place_overlays)
        self._live.height_changed.connect(self._scroll.place)
        self._live.link_asked.connect(self._ask_link)
        self._interrupted.go_on.connect(lambda again: self.resume_wanted.emit("", again))
        self._interrupted.left.connect(self._leave_interrupted)
        self.follow_up.wanted.connect(lambda text: self.resume_wanted.emit(text, {}))
        self._jump.clicked.connect(self.jump_to_latest)
        self._strip.agreed.connect(lambda address: open_link(address))
        self._strip.answered.connect(lambda: self._scroll.setFocus(Qt.FocusReason.OtherFocusReason))

    # --- what is shown ---

    def show_run(self, view: RunView, entries: Sequence[Entry]) -> None:
        """Shows a run from its journal, whatever was shown before, at its end."""
        self._flushing.stop()
        self._lines = StepLines()
        self._changed, self._words = set(), []
        self._column.clear()
        self._live.clear()
        self._drop_task()
        self.ask(None)
        self._strip.drop()
        self._left_alone = False
        self._scroll.follow()
        self._take(entries)
        self.set_view(view)
        self.ask(view.pending)
        self._flush()

    def append(self, entries: Sequence[Entry]) -> None:
        """New entries of the journal; those that are known already count for nothing."""
        self._take(entries)
        self._flush_soon()

    def append_helper(self, run: int, entries: Sequence[Entry]) -> None:
        """New entries of a run that was given its task by this one."""
        self._changed.update(self._lines.add_child(run, entries))
        self._flush_soon()

    def set_view(self, view: RunView) -> None:
        """What the page shows besides the journal."""
        self._view = view
        if view.record.state in RUNS_UNDER_WAY:
            self._left_alone = False
        self._plan.show_plan(view.plan, shown=view.pending is None or view.pending.kind != "plan")
        self._flush_soon()

    def delta(self, delta: TextDelta | ArgumentsDelta) -> None:
        """Text that the model is writing, shown with the next flush."""
        self._words.append(delta)
        self._flush_soon()

    def waits(self, event: GenerationQueued | PromptProgress) -> None:
        """What the turn waits for that the model is to write."""
        if self._words or self._changed:
            self._flush()  # what came before, which would take this away
        if self._live.set_waiting(waiting_of(event)):
            self._scroll.place()

    def show_text(self, handle: str, text: str) -> None:
        """The whole text of a handle that `text_wanted` asked for."""
        for widget in self._column.widgets():
            widget.show_text(handle, text)
        self._scroll.place()

    def ask(self, request: ApprovalRequest | None) -> None:
        """Shows the question that the run waits for; None: there is none any more."""
        if self._asked is not None:
            if self._asked.request == request:
                return
            if holds_focus(self._asked):
                self._scroll.setFocus(Qt.FocusReason.OtherFocusReason)
            discard(self._asked)
            self._asked = None
        self._plan.setVisible(self._plan.has_plan and (request is None or request.kind != "plan"))
        if request is not None:
            self._asked = question_card(request, self._page)
            self._asked.set_room(self.height())
            self._asked.decided.connect(self.decided)
            self._asked.height_changed.connect(self._scroll.place)
            self._asked.show()
        # What was written before it stands above it.
        self._flush()
        if self._asked is not None:
            self._asked.announce()
            if self.at_end:
                self._asked.offer_focus()

    def jump_to_latest(self) -> None:
        """Scrolls to the end and follows it from there."""
        self._scroll.follow()
        self._scroll.place()
        if self._asked is not None:
            self._asked.offer_focus()

    @property
    def at_end(self) -> bool:
        return self._scroll.following

    def _take(self, entries: Sequence[Entry]) -> None:
        fresh = [entry for entry in entries if entry.seq > self._lines.seq]
        self._changed.update(self._lines.add(fresh))
        if any(isinstance(entry.event, ModelTurn) for entry in fresh):
            self._words.clear()
        last = fresh[-1].event if fresh else None
        if isinstance(last, RunFinished) and self._view is not None:
            self._announce(last)

    def _announce(self, finished: RunFinished) -> None:
        if not QAccessible.isActive():
            return
        if finished.reason == "answered":
            text = self.tr("Run finished: {words}").format(words=first_words(finished.answer, 400))
        else:
            text = languages.tell(why_ended(finished.reason, finished.error))
        announce(self, text)

    def _leave_interrupted(self) -> None:
        self._left_alone = True
        self._flush()

    # --- flushing ---

    def _flush_soon(self) -> None:
        if not self._flushing.isActive() and self.isVisible():
            self._flushing.start(self._pause)

    def _flush(self) -> None:
        started = time.perf_counter()
        self._flushing.stop()
        fresh = bool(self._changed)
        self._changed.update(self._stand())
        if self._changed:
            self._column.update_lines(self._lines.lines, sorted(self._changed))
            self._changed = set()
        if fresh and not self._words:
            self._live.clear()
        self._show_words()
        self._show_state()
        self._scroll.place()
        # A rendering that has become slow joins more in one flush instead of holding up the window.
        spent = 1000 * (time.perf_counter() - started)
        self._pause = max(FLUSH_MS, round(spent / MAX_SHARE))

    def _stand(self) -> list[int]:
        if self._view is None:
            return []
        under_way = self._view.record.state in RUNS_UNDER_WAY
        return self._lines.stand(under_way=under_way, interrupted=self._view.interrupted)

    def _show_words(self) -> None:
        words, self._words = self._words, []
        for delta in coalesce(words):
            if isinstance(delta, TextDelta):
                self._live.append(delta.owner.step, delta.reasoning, delta.content)
            elif isinstance(delta, ArgumentsDelta):
                self._live.append_call(delta.owner.step, delta.call, delta.name, delta.text)

    def _show_state(self) -> None:
        if self._task is None and self._lines.task:
            self._task = SaidRow(self._page, SaidLine(0, self._lines.task))
            self._task.height_changed.connect(self._scroll.place)
            self._task.show()
        view = self._view
        if view is None:
            return
        under_way = view.record.state in RUNS_UNDER_WAY
        self._live.wait(view.record.state == "running" and self._asked is None and not self._lines.working)
        if not under_way:
            self._live.clear()
        calls = [line for call in view.interrupted if (line := self._lines.call(call)) is not None]
        self._interrupted.show_calls([] if under_way or self._left_alone else calls)
        finished = self._lines.finished
        ended = not under_way and not calls and (finished is None or finished.resumable)
        self.follow_up.setVisible(ended and bool(self._lines.task))

    def _drop_task(self) -> None:
        if self._task is not None:
            discard(self._task)
            self._task = None

    def _parts(self) -> list[RunPart]:
        parts: tuple[RunPart | None, ...] = (
            self._task,
            self._plan,
            self._column if len(self._column) else None,
            self._live,
            self._interrupted,
            self._asked,
            self.follow_up,
        )
        return [part for part in parts if part is not None and not part.isHidden()]

    def _place_overlays(self) -> None:
        self._jump.setVisible(not self.at_end)
        self._jump.move((self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - 12)
        self._jump.raise_()
        width = max(160, min(themes.current.px(COLUMN), self.width() - 2 * MARGIN))
        self._strip.place((self.width() - width) // 2, width, self.height())

    # --- lines and links ---

    def _line_made(self, widget: LineWidget) -> None:
        widget.link_asked.connect(self._ask_link)
        widget.undo_wanted.connect(self.undo_wanted)
        widget.seen_wanted.connect(self.seen_wanted)
        widget.text_wanted.connect(self.text_wanted)

    def _ask_link(self, address: str) -> None:
        self._strip.ask(address)
        self._place_overlays()
        self._strip.focus_last()

    # --- sizes and looks ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._asked is not None:
            self._asked.set_room(self.height())
        self._scroll.setGeometry(self.rect())
        self._place_overlays()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._flush()

    def restyle(self) -> None:
        for part in (self._scroll, self._task, self._plan, self._live, self._interrupted):
            if part is not None:
                part.restyle()
        self._strip.restyle()
        self._scroll.place()
        self._jump.update()

    def retranslate(self) -> None:
        self._scroll.setAccessibleName(self.tr("Steps of the run"))
        name_icon(self._jump, self.tr("Jump to the latest step"))
        self._scroll.place()
