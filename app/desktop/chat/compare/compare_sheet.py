"""A comparison over the window: which models are asked, then their answers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.compare.compare_column import CompareColumn
from app.desktop.model_picker.model_choices import ModelChoice
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.tick_box import TickBox
from app.format import format_count
from app.services.chat.comparisons import MOST_MODELS
from app.store.records import Message
from engine.errors import UserError

NARROW, PER_COLUMN, HEIGHT = 520, 420, 460
# Where an answer would be narrower than this they stand one under the other, each so high.
LEAST_COLUMN, STACKED_HEIGHT = 280, 260
# Beside each other they are no lower than this.
LEAST_HEIGHT = 160


class _Tick(TickBox):
    """A model to ask."""

    def __init__(self, parent: QWidget, choice: ModelChoice) -> None:
        super().__init__(parent)
        self.choice = choice
        self.setAccessibleName(_label(choice))


def _label(choice: ModelChoice) -> str:
    """Its name, and what tells it from the same model in other quantizations."""
    return " · ".join(part for part in (choice.name, choice.quantisation) if part)


class CompareSheet(Sheet):
    """`start_wanted` carries the models to ask, as `Models.use` takes them; `better_wanted` an answer, and whether it
    is the better one.

    Closing it leaves a comparison running: its answers are in the chat.
    """

    start_wanted = Signal(tuple)
    stop_wanted = Signal()
    better_wanted = Signal(int, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, NARROW)
        self.columns: list[CompareColumn] = []
        self._answers: tuple[int, ...] = ()
        self._running = False
        inside = self.scroller.inside
        self.about = wrapped_label(inside)
        self.ticks: list[_Tick] = []
        self._lines = QWidget(inside)
        self._beside = QWidget(inside)
        self._row = QHBoxLayout(self._beside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.problem = wrapped_label(inside)
        self.problem.setProperty("tone", "bad")
        for widget in (self.about, self._lines, self._beside, self.problem):
            self.scroller.column.addWidget(widget)
        self.start, self.done = push_button(self.card, "primary"), push_button(self.card)
        self.foot.add(STRETCH)
        self.foot.add(self.done)
        self.foot.add(self.start)
        self.start.clicked.connect(self.confirm)
        self.done.clicked.connect(self._finish)
        self.refresh()

    # What it is told

    def choose(self, choices: Sequence[ModelChoice], used: str, preferred: Mapping[str, int]) -> None:
        """Let a person tick models; the one at the path `used` is ticked. `preferred` counts better answers."""
        self._clear()
        column = QWidget(self.scroller.inside)
        lines: list[QWidget | Row] = []
        for choice in choices:
            if not choice.usable:
                continue
            tick = _Tick(column, choice)
            tick.setChecked(choice.path == used)
            tick.toggled.connect(self._ticked)
            name = ElidedLabel(column, pixels=14)
            name.set_whole(_label(choice))
            times = text_label(column, "small")
            show_text(times, self._times(preferred.get(choice.name, 0)))
            self.ticks.append(tick)
            away = text_label(column, "small")
            show_text(away, self.tr("outside this computer") if choice.kind == "elsewhere" else "")
            lines.append(Row(tick, (name, 1), times, away, spacing=10))
        self._replace_lines(column, lines)
        self._ticked()
        self._open()

    def _times(self, count: int) -> str:
        return self.tr("better {count}×").format(count=format_count(count)) if count else ""

    def show_answers(self, answers: tuple[int, ...], of: int) -> None:
        """These answers have begun, while `of` models are asked; 0: that was all."""
        self._running = bool(of)
        self._answers = answers
        for column in self.columns[: len(answers)]:
            column.begin()
        self.retranslate()

    def append(self, answer: int, text: str) -> None:
        if answer in self._answers:
            self.columns[self._answers.index(answer)].append(text)

    def finish(self, message: Message) -> None:
        if message.id in self._answers:
            self.columns[self._answers.index(message.id)].finish(message)

    def show_better(self, answer: int, better: bool) -> None:
        """One answer is the better one, or none is."""
        for column, its in zip(self.columns, self._answers, strict=False):
            column.show_better(better and its == answer)

    def show_error(self, error: UserError) -> None:
        show_text(self.problem, languages.tell(error))
        self._fit_soon()

    # What a person does

    def confirm(self) -> None:
        wanted = tuple(tick.choice for tick in self.ticks if tick.isChecked())
        if self.columns or not 2 <= len(wanted) <= MOST_MODELS:
            return
        for choice in wanted:
            column = CompareColumn(self._beside, _label(choice))
            column.preferred.connect(partial(self._prefer, len(self.columns)))
            self._row.addWidget(column, 1)
            self.columns.append(column)
        self.problem.hide()
        self._running = True
        self._open()
        self.start_wanted.emit(tuple(choice.use for choice in wanted))

    def _finish(self) -> None:
        if self._running:
            self.stop_wanted.emit()
        else:
            self.close_overlay()

    def _prefer(self, column: int, better: bool) -> None:
        if column < len(self._answers):
            self.better_wanted.emit(self._answers[column], better)

    def _ticked(self) -> None:
        ticked = sum(tick.isChecked() for tick in self.ticks)
        for tick in self.ticks:
            tick.setEnabled(tick.isChecked() or ticked < MOST_MODELS)
        self.start.setEnabled(2 <= ticked <= MOST_MODELS)

    # Inside

    def _clear(self) -> None:
        for column in self.columns:
            discard(column)
        self.columns, self.ticks, self._answers, self._running = [], [], (), False
        self.problem.hide()

    def _replace_lines(self, column: QWidget, lines: Sequence[QWidget | Row]) -> None:
        Column(*lines, parent=column, spacing=6)
        self.scroller.column.replaceWidget(self._lines, column)
        discard(self._lines)
        self._lines = column

    def _open(self) -> None:
        comparing = bool(self.columns)
        self._lines.setVisible(not comparing)
        self._beside.setVisible(comparing)
        self.start.setVisible(not comparing)
        self._width = max(NARROW, PER_COLUMN * len(self.columns))
        self.retranslate()
        if self.isHidden():
            self.open()
        self._fit_card()
        self._arrange()
        self._fit_soon()
        (self.done if comparing or not self.ticks else self.ticks[0]).setFocus()

    def _arrange(self) -> None:
        """Put the answers side by side where there is room."""
        px, count = themes.current.px, max(1, len(self.columns))
        stacked = min(self.width(), px(self._width)) < count * px(LEAST_COLUMN)
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        )
        self._beside.setFixedHeight(count * px(STACKED_HEIGHT) if stacked else px(HEIGHT))

    def fit(self) -> None:
        """Answers beside each other scroll by themselves: where the window is low they are lower, so that what is
        chosen by stays in sight."""
        super().fit()
        over = self.scroller.inside.height() + themes.current.px(4) - self.scroller.height()
        if self.columns and over > 0 and self._row.direction() == QBoxLayout.Direction.LeftToRight:
            least = themes.current.px(LEAST_HEIGHT)
            self._beside.setFixedHeight(max(least, self._beside.minimumHeight() - over))
            super().fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def _fit_soon(self) -> None:
        self.fit()
        QTimer.singleShot(0, self, self.fit)  # once Qt has laid out what came and went

    def retranslate(self) -> None:
        set_texts(self.title, self.tr("Compare models"))
        if not self.columns:
            about = self.tr(
                "Choose two or three models. They answer the last question one after the other. "
                "All answers stay in the chat."
            )
            if len(self.ticks) < 2:
                about = self.tr("You need at least two models. Get another one on the Models page.")
            self.about.setText(about)
        else:
            self.about.setText(
                self.tr(
                    "Each model loads when its turn comes. You can close this: the answers stay in the chat."
                )
                if self._running
                else self.tr("Choose the better answer. Coterie keeps count for each model.")
            )
        set_texts(self.start, self.tr("Compare"))
        leave = self.tr("Done") if self.columns else self.tr("Cancel")
        set_texts(self.done, self.tr("Stop") if self._running else leave)

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self._row.setSpacing(px(12))
        self._arrange()
