"""The Runs page, connected to the services: which run is shown, what is asked, and what a person wants of it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from agents.events import Entry
from agents.permissions.values import Decision
from agents.run.calls import Again
from app.desktop.live import LiveWidget
from app.desktop.models.said import Said
from app.desktop.models.state_panel import StatePanel
from app.desktop.runs.new_run import NewRun
from app.desktop.runs.reading import RunReading
from app.desktop.runs.run_page import RunPage
from app.desktop.runs.shelf import RunShelf
from app.desktop.runs.side_panel import RunsSide
from app.desktop.service_calls import ServiceCalls
from app.services.events import ServiceEvent
from app.services.run_values import Recipe, RunRecord, RunView, RunWish
from engine.errors import UserError

CLOCK_MS = 1000


class RunsPage(LiveWidget):
    """`side` is the list that belongs beside the page; `said` carries a `Said` for the foot of the window."""

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, shelf: RunShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls, self.shelf = calls, shelf
        self.side = RunsSide(self)
        self.reading = RunReading(calls, self)
        self.state, self.form, self.run = StatePanel(self), NewRun(self), RunPage(self)
        self._stack = QStackedWidget(self)
        for widget in (self.state, self.form, self.run):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._last_event = 0.0
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._connect()
        self._show_list()
        self.refresh()

    def _connect(self) -> None:
        self.shelf.changed.connect(self._show_list)
        self.side.new_wanted.connect(self.new_run)
        self.side.run_wanted.connect(self.show_run)
        self.side.delete_wanted.connect(self.delete)
        self.state.acted.connect(lambda _: self.new_run())
        self.form.start_wanted.connect(self._start)
        reading, steps, header = self.reading, self.run.steps, self.run.header
        reading.opened.connect(self._opened)
        reading.came.connect(self._came)
        reading.viewed.connect(self._viewed)
        reading.asks.connect(steps.ask)
        reading.wrote.connect(steps.delta)
        reading.failed.connect(self._failed)
        steps.decided.connect(self._decide)
        header.pause_wanted.connect(self.pause)
        header.stop_wanted.connect(self.stop)
        header.resume_wanted.connect(lambda: self._resume("", None))
        self._clock.timeout.connect(self._show_header)

    # What the window tells

    def open(self) -> None:
        """The page comes to the front: bring it up to date."""
        self._read_recipes()
        if self._stack.currentWidget() is self.state:
            self._show_first()
        self._give_focus()

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.reading.take_events(events)

    def shows(self, run: int) -> bool:
        """Whether a person looks at this run."""
        return self.run.isVisible() and self.reading.shown == run

    def find_run(self) -> None:
        self.side.focus_search()

    def close_something(self) -> bool:
        """Esc: clear the search or leave the form; False when nothing is open."""
        if self.side.search.hasFocus() and self.side.search.text():
            self.side.search.clear()
        elif self._stack.currentWidget() is self.form and self.shelf.all():
            self._show_first()
        else:
            return False
        return True

    # What a person does

    def new_run(self) -> None:
        """An empty form."""
        self.reading.clear()
        self.side.show_open(None)
        folders = sorted(self.shelf.all(), key=lambda run: -run.updated)
        self.form.show_recent([run.workspace for run in folders])
        self._stack.setCurrentWidget(self.form)
        self.form.take_focus()

    def show_run(self, run: int) -> None:
        """Open a run of the list."""
        record = self.shelf.get(run)
        if record is None or (run == self.reading.shown and self._stack.currentWidget() is self.run):
            return
        # The one before must not be answered in the name of this one.
        self.run.steps.show_run(RunView(record), ())
        self.run.header.show_run(record, 0.0)
        self._stack.setCurrentWidget(self.run)
        self.side.show_open(("run", str(run)))
        self.reading.show(run)

    def pause(self) -> None:
        run = self.reading.shown
        self._calls.do(lambda s: s.runs.pause(run), owner=self)

    def stop(self) -> None:
        run = self.reading.shown
        self._calls.do(lambda s: s.runs.stop(run), owner=self)

    def delete(self, run: int) -> None:
        """Into the trash, with a way back for a while."""
        self._calls.do(lambda s: s.runs.delete(run), lambda _: self._deleted(run), owner=self)

    def _deleted(self, run: int) -> None:
        if run == self.reading.shown:
            self.reading.clear()
            self._show_first()
        self.said.emit(Said(self.tr("Run deleted"), self.tr("Undo"), lambda: self._restore(run)))

    def _restore(self, run: int) -> None:
        self._calls.do(lambda s: s.runs.restore(run), lambda _: self.show_run(run), owner=self)

    def _start(self, wish: RunWish) -> None:
        self._calls.do(lambda s: s.runs.start(wish), self._started, self.form.say, owner=self)

    def _started(self, run: RunRecord) -> None:
        self.form.started()
        self.shelf.take(run)
        self.show_run(run.id)

    def _decide(self, call: str, decision: Decision) -> None:
        run = self.reading.shown
        self._calls.do(lambda s: s.runs.decide(run, call, decision), owner=self)

    def _resume(self, message: str, again: Mapping[str, Again] | None) -> None:
        run = self.reading.shown
        self._calls.do(lambda s: s.runs.resume(run, message, again), owner=self)

    # Showing

    def _show_list(self) -> None:
        self.side.show_runs(self.shelf.all())
        shown = self.reading.shown
        if shown and self.shelf.get(shown) is None and self._stack.currentWidget() is self.run:
            self.reading.clear()
            self._show_first()
        elif self._stack.currentWidget() is self.state:
            self._show_first()

    def _show_first(self) -> None:
        """What there is to see where nothing was chosen: what waits for an answer, what runs, or the last one."""
        runs = self.shelf.all()
        if runs:
            ranks = {"waiting": 2, "running": 1}
            self.show_run(max(runs, key=lambda run: (ranks.get(run.state, 0), run.updated, run.id)).id)
            return
        self.side.show_open(None)
        self._stack.setCurrentWidget(self.state)
        self.retranslate()

    def _read_recipes(self) -> None:
        self._calls.do(lambda s: s.runs.recipes(), self._take_recipes, owner=self)

    def _take_recipes(self, recipes: tuple[Recipe, ...]) -> None:
        self.side.show_recipes(recipes)

    def _opened(self, view: RunView, entries: tuple[Entry, ...]) -> None:
        self.run.steps.show_run(view, entries)
        self._note_time(entries)
        self._show_header()

    def _came(self, entries: tuple[Entry, ...]) -> None:
        self.run.steps.append(entries)
        self._note_time(entries)

    def _note_time(self, entries: tuple[Entry, ...]) -> None:
        if entries:
            self._last_event = entries[-1].time

    def _viewed(self, view: RunView) -> None:
        self.run.steps.set_view(view)
        self._show_header()

    def _show_header(self) -> None:
        view = self.reading.view
        if view is None:
            return
        seconds = view.seconds
        runs = view.record.state == "running"
        if runs and self._last_event:
            seconds += max(0.0, time.time() - self._last_event)
        self.run.header.show_run(view.record, seconds)
        if runs and self.isVisible():
            self._clock.start()
        else:
            self._clock.stop()

    def _failed(self, error: UserError) -> None:
        self._calls.failed.emit(error)

    def _give_focus(self) -> None:
        if self._stack.currentWidget() is self.form:
            self.form.take_focus()
        elif self._stack.currentWidget() is self.run:
            self.side.take_focus()

    def hideEvent(self, event: object) -> None:
        self._clock.stop()

    def showEvent(self, event: object) -> None:
        self._show_header()

    def retranslate(self) -> None:
        if self._stack.currentWidget() is self.state:
            if self.shelf.is_read:
                self.state.say(
                    self.tr("Give a task and a folder"),
                    self.tr(
                        "The model works through the task step by step, with tools that read and change files in"
                        " that folder. You see every step, it asks before it does what matters, and you can"
                        " undo what it did."
                    ),
                    (self.tr("New run"),),
                    "check-line",
                )
            else:
                self.state.say_soon(self.tr("Reading the runs…"))
        self._read_recipes()  # in the language that is on
