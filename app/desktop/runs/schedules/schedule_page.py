"""One schedule: what it does, when, how it stands, and what came of the last times."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.line_list import Line, LineList
from app.desktop.run_view.form_foot import COLUMN
from app.desktop.text.run_labels import folder_text, mode_name, model_name
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import ColumnScroller
from app.desktop.widgets.switch import Switch
from app.services.schedules.values import ScheduleLine
from app.services.schedules.words import outcome_words, state_words, when_words
from app.store.schedules.records import UNDER_WAY, Firing


class SchedulePage(ThemedWidget):
    """Shows a schedule and tells what a person wants of it. `run_wanted` carries a run of it."""

    paused = Signal(bool)
    start_wanted = Signal()
    edit_wanted = Signal()
    delete_wanted = Signal()
    run_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: ScheduleLine | None = None
        self._title = ""
        self._history: tuple[Firing, ...] = ()
        self._scroller = ColumnScroller(self, most=COLUMN)
        inside = self._scroller.inside
        self.name = text_label(inside, "title", wraps=True)
        self.on = Switch(inside)
        self.when, self.state = wrapped_label(inside), wrapped_label(inside, "small")
        self.trouble = wrapped_label(inside, "warning")
        self.start, self.edit = push_button(inside, "primary"), push_button(inside)
        self.delete = push_button(inside, "link")
        self._buttons = FlowRow(inside, self.start, self.edit, self.delete, last_at_right=True)
        self._labels = [text_label(inside, "heading") for _ in range(3)]
        self.task, self.facts = wrapped_label(inside), wrapped_label(inside, "small")
        self.past = LineList(inside)
        self._lay_out()
        self.on.clicked.connect(lambda on: self.paused.emit(not on))
        self.start.clicked.connect(self._start)
        self.edit.clicked.connect(self.edit_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.past.acted.connect(self._open)
        self.refresh()

    def _lay_out(self) -> None:
        task, facts, past = self._labels
        column = self._scroller.column
        column.addLayout(Row((self.name, 1), self.on, spacing=12))
        column.addLayout(Column(self.when, self.state, self.trouble, spacing=4))
        column.addWidget(self._buttons)
        column.addLayout(Column(task, self.task, spacing=6))
        column.addLayout(Column(facts, self.facts, spacing=6))
        column.addLayout(Column(past, self.past, spacing=8))
        column.addStretch(1)
        column.setSpacing(18)
        Column((self._scroller, 1), parent=self, spacing=0)

    # What it is told

    def show_line(self, line: ScheduleLine) -> None:
        """How it stands. The past of another one goes."""
        if self._line is None or self._line.schedule.id != line.schedule.id:
            self._history, self._title = (), ""
        self._line = line
        self.retranslate()

    def show_history(self, id: int, history: Sequence[Firing], title: str = "") -> None:
        """Its last times, and the title of its skill."""
        if self._line is not None and self._line.schedule.id == id:
            self._history, self._title = tuple(history), title
            self.retranslate()

    @property
    def shown(self) -> int:
        """The id of what is shown; 0 for none."""
        return 0 if self._line is None else self._line.schedule.id

    # Inside

    @property
    def _run(self) -> int:
        """The run that is under way; 0 for none."""
        last = None if self._line is None else self._line.last
        return last.run if last is not None and last.state in UNDER_WAY else 0

    def _start(self) -> None:
        if self._run:
            self.run_wanted.emit(self._run)
        else:
            self.start_wanted.emit()

    def _open(self, number: int) -> None:
        self.run_wanted.emit(self._history[number].run)

    def retranslate(self) -> None:
        for label, text in zip(
            self._labels, (self.tr("Task"), self.tr("How it runs"), self.tr("Last times")), strict=True
        ):
            label.setText(text)
        set_texts(self.edit, self.tr("Change…"))
        set_texts(self.delete, self.tr("Delete schedule"))
        self.on.setAccessibleName(self.tr("Starts at its times"))
        self.on.setToolTip(self.tr("Starts at its times"))
        if self._line is not None:
            self._show(self._line)
        self._buttons.refit()

    def _show(self, line: ScheduleLine) -> None:
        schedule, now, language = line.schedule, time.time(), languages.current
        self.name.setText(schedule.name)
        self.on.setChecked(not schedule.paused)
        self.when.setText(when_words(schedule.when, now, language))
        self.state.setText(state_words(line, now, language))
        set_texts(
            self.start,
            self.tr("Answer") if line.waits else self.tr("Show the run") if self._run else self.tr("Run now"),
        )
        self._buttons.refit()
        set_kind(self.state, "warning" if line.waits else "small")
        show_text(self.trouble, "" if line.trouble is None else languages.tell(line.trouble))
        task = self.tr("The skill “{title}”").format(title=self._title or schedule.recipe)
        self.task.setText(task if schedule.recipe else schedule.task)
        model = model_name(schedule.model) or self.tr("The model in use")
        self.facts.setText(joined([folder_text(schedule.workspace), model, mode_name(schedule.mode)]))
        self._show_past(now)

    def _show_past(self, now: float) -> None:
        show = self.tr("Show")
        lines = [
            Line(
                outcome_words(firing, now, languages.current),
                "" if firing.reason is None else languages.tell(firing.reason),
                show,
                self.tr("Show the run of {time}").format(time=outcome_words(firing, now, languages.current)),
                tip="\n".join(firing.changed),
            )
            for firing in self._history
        ]
        self.past.show_lines(lines, self.tr("It hasn’t started yet."))
        for widget, firing in zip(self.past.lines, self._history, strict=True):
            widget.button.setVisible(bool(firing.run))
