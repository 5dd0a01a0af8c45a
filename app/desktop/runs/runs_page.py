"""The Runs page, connected to the services: which run is shown, what is asked, and what a person wants of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from agents.events import Entry, RunStarted
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.run_view.helper_runs import HelperRuns
from app.desktop.run_view.run_commands import RunCommands
from app.desktop.run_view.run_loader import RunLoader
from app.desktop.run_view.tools_fold import tools_at_hand
from app.desktop.runs.material.material_fold import Material
from app.desktop.runs.model_field import run_models
from app.desktop.runs.new_run import NewRun
from app.desktop.runs.recipes_control import RecipesControl
from app.desktop.runs.run_page import RunPage
from app.desktop.runs.run_state import RunListState
from app.desktop.runs.schedules.schedule_page import SchedulePage
from app.desktop.runs.schedules.schedules_control import SchedulesControl
from app.desktop.runs.side_panel import RunsSide
from app.desktop.runs.slash_line import LineSlash
from app.desktop.text_entry.insertion.inserting import Inserting
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.state_panel import StatePanel
from app.services.connections.events import ServersChanged
from app.services.events import ServiceEvent
from app.services.library.events import LibraryChanged
from app.services.models.events import ModelChanged
from app.services.runs.values import Recipe, RunRecord, RunSpec, RunView
from engine.remote.names import read_name

if TYPE_CHECKING:
    from agents.events import RetryChoice
    from app.desktop.base.tasks import Task
    from app.services.services import Services

CLOCK_MS = 1000
# Commands work with the same runs, and nothing is told of theirs.
OTHERS_MS = 2500


class RunsPage(ThemedWidget):
    """`side` is the list that belongs beside the page; `said` carries a `Notification` for the foot of the window,
    `looked_at` the run that a person sees now, and `shown_changed` comes when it may be another one or none."""

    said = Signal(object)
    looked_at = Signal(int)
    shown_changed = Signal()

    def __init__(self, calls: ServiceCalls, shelf: RunListState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls, self.shelf = calls, shelf
        self.side = RunsSide(self)
        self.reading = RunLoader(calls, self)
        self.helpers = HelperRuns(calls, self)
        self.state, self.form, self.run = StatePanel(self), NewRun(self), RunPage(self)
        self.schedule = SchedulePage(self)
        self.planning = SchedulesControl(calls, shelf.schedules, self.schedule, lambda: self.form.in_use)
        self.recipes = RecipesControl(calls, self.side, self.form, self)
        self.form.instructions.attach(calls)
        self.form.material.attach(calls)
        self.slash = Inserting(calls, self.form.task, self.form.task, self.form, "task")
        self.slash.recipe_chosen.connect(self.show_recipe)
        self.slash.command.connect(lambda _: self.form.plan.setChecked(True))
        self.slash_line = LineSlash(calls, self.run.steps.follow_up, self.run.steps)
        self.slash_line.command.connect(self._command)
        self.acting = RunCommands(calls, self)
        self._stack = QStackedWidget(self)
        for widget in (self.state, self.form, self.run, self.schedule):
            self._stack.addWidget(widget)
        Column(self._stack, parent=self)
        self._last_event = 0.0
        self._wanted = 0  # a run that is to be shown once it is known
        self._planned = 0  # a schedule, likewise
        self._tools_known = False
        self._models_read: Task | None = None
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._others = QTimer(self, interval=OTHERS_MS)
        self._connect()
        self._show_list()
        self.refresh()

    def _connect(self) -> None:
        self.shelf.changed.connect(self._show_list)
        self.reading.shown_changed.connect(self.shown_changed)
        self.side.new_wanted.connect(self.new_run)
        self.side.run_wanted.connect(self.show_run)
        self.side.recipe_wanted.connect(self.show_recipe)
        self.side.delete_wanted.connect(self.acting.delete)
        self.state.acted.connect(lambda _: self.new_run())
        self.form.start_wanted.connect(self._start)
        self.form.writing.noticed.connect(
            lambda: self._calls.do(lambda s: s.lifecycle.expect(), executor="io")
        )
        self.recipes.said.connect(self.said)
        self.recipes.gone.connect(self._recipe_gone)
        self.acting.said.connect(self.said)
        self.acting.restored.connect(self.show_run)
        self.acting.text_read.connect(self._take_text)
        self._clock.timeout.connect(self._show_view)
        self._others.timeout.connect(self._look_at_others)
        self._connect_reading()
        self._connect_run()
        self._connect_schedules()

    def _connect_schedules(self) -> None:
        planning, known = self.planning, self.shelf.schedules
        known.changed.connect(self._show_schedules)
        self.looked_at.connect(known.see)
        self.side.schedule_wanted.connect(self.show_schedule)
        self.side.schedule_delete_wanted.connect(planning.delete)
        self.form.schedule_wanted.connect(
            lambda wish, values: planning.new(wish, values, [run.workspace for run in self.shelf.all()])
        )
        planning.said.connect(self.said)
        planning.opened.connect(self.show_schedule)
        planning.started.connect(self._started_now)
        planning.gone.connect(self._show_first)
        self.schedule.run_wanted.connect(self.show_run)
        self._show_schedules()

    def _connect_reading(self) -> None:
        reading, steps = self.reading, self.run.steps
        reading.shown_changed.connect(self.helpers.clear)
        reading.opened.connect(self._opened)
        reading.came.connect(self._came)
        self.helpers.came.connect(steps.append_helper)
        reading.viewed.connect(self._viewed)
        reading.asks.connect(steps.ask)
        reading.wrote.connect(steps.delta)
        reading.waits.connect(steps.waits)
        reading.failed.connect(self._calls.failed)

    def _connect_run(self) -> None:
        acting, header, steps, cards = self.acting, self.run.header, self.run.steps, self.run.cards
        header.pause_wanted.connect(lambda: acting.pause(self.reading.shown))
        header.stop_wanted.connect(lambda: acting.stop(self.reading.shown))
        header.resume_wanted.connect(lambda: self._resume("", None))
        header.delete_wanted.connect(lambda: acting.delete(self.reading.shown))
        header.export_wanted.connect(
            lambda format: self._with_record(lambda run: acting.exporting.ask(run, format))
        )
        header.folder_wanted.connect(lambda: self._with_record(acting.show_folder))
        header.recipe_wanted.connect(self._make_recipe)
        steps.decided.connect(lambda call, made: acting.decide(self.reading.shown, call, made))
        steps.resume_wanted.connect(self._resume)
        steps.seen_wanted.connect(self._show_seen)
        steps.text_wanted.connect(lambda handle: acting.read_text(self.reading.shown, handle))
        steps.undo_wanted.connect(
            lambda calls, paths, after: acting.undoing.undo(self.reading.shown, calls, paths, after)
        )
        cards.files.undo_wanted.connect(lambda paths: acting.undoing.undo(self.reading.shown, paths=paths))
        cards.files.review_wanted.connect(lambda: acting.reviewing.open(self.reading.shown))
        cards.files.redo_wanted.connect(lambda: acting.undoing.redo(self.reading.shown))
        cards.background.stop_wanted.connect(lambda id: acting.stop_background(self.reading.shown, id))
        cards.seen.seen_wanted.connect(lambda: self._show_seen(0, 0))
        cards.allowed.revoke_wanted.connect(acting.revoke)

    # What the window tells

    def open(self) -> None:
        """The page comes to the front: bring it up to date."""
        self.shelf.begin()
        self.recipes.read()
        self._read_choices()
        if self._stack.currentWidget() is self.state:
            self._show_first()
        self._give_focus()

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.reading.take_events(events)
        self.helpers.take_events(events)
        for event in events:
            if isinstance(event, ModelChanged):
                self.form.take_model(event)
            elif isinstance(event, LibraryChanged) and self.form.isVisible():
                self._read_models()
            elif isinstance(event, ServersChanged):
                self._tools_known = False

    @property
    def shown(self) -> RunRecord | None:
        """The run on the page; None on its other faces."""
        return self.shelf.get(self.reading.shown)

    def shows(self, run: int) -> bool:
        """Whether a person looks at this run."""
        return self.run.isVisible() and self.reading.shown == run

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
        if self._stack.currentWidget() is not self.form or self.form.recipe is not None:
            self.form.show_empty()
        self._show_form(None)

    def show_recipe(self, recipe: Recipe) -> None:
        """The form of a recipe."""
        self.form.show_recipe(recipe)
        self._show_form(("recipe", recipe.id))

    def _show_form(self, key: tuple[str, str] | None) -> None:
        self.reading.clear()
        self.side.show_open(key)
        self._read_choices()
        self.form.instructions.look()
        self.form.material.look()
        latest = sorted(self.shelf.all(), key=lambda run: -run.updated)
        self.form.show_recent([run.workspace for run in latest], [run.model for run in latest])
        self._stack.setCurrentWidget(self.form)
        self.form.take_focus()

    def show_run(self, run: int) -> None:
        """Open a run of the list."""
        record = self.shelf.get(run)
        self.looked_at.emit(run)
        self._wanted = run if record is None else 0  # it is there in a moment
        if record is None or (run == self.reading.shown and self._stack.currentWidget() is self.run):
            return
        # The one before must not be answered in the name of this one.
        view = RunView(record)
        self.run.steps.show_run(view, ())
        self.run.show_view(view, 0.0)
        self._stack.setCurrentWidget(self.run)
        self.side.show_open(("run", str(run)))
        self.reading.show(run)

    def show_schedule(self, schedule: int) -> None:
        """Open a schedule of the list, at once or as soon as it is known there."""
        self._planned = 0 if self.planning.show(schedule) else schedule
        if not self._planned:
            self.reading.clear()
            self.side.show_open(("schedule", str(schedule)))
            self._stack.setCurrentWidget(self.schedule)

    def _show_schedules(self) -> None:
        known = self.shelf.schedules
        self.side.show_schedules(known.lines, known.unseen)
        if self._planned:
            self.show_schedule(self._planned)
        elif self.run.isVisible():
            known.see(self.reading.shown)

    def _started_now(self, run: RunRecord) -> None:
        self.shelf.take(run)
        self.show_run(run.id)

    def _start(self, wish: RunSpec) -> None:
        self._calls.do(lambda s: _begin(s, wish), self._started, self.form.say)

    def _started(self, run: RunRecord) -> None:
        self.form.show_empty()  # the next one begins with an empty task
        self.shelf.take(run)
        self.show_run(run.id)
        self.run.steps.setFocus(Qt.FocusReason.OtherFocusReason)

    def _resume(self, message: str, again: Mapping[str, RetryChoice] | None) -> None:
        self.acting.resume(self.reading.shown, message, again)

    def _command(self, name: str, said: str) -> None:
        """Carry out a command that was said behind a slash."""
        if name == "plan":
            self._plan(said)
        elif name == "undo":
            self.acting.undoing.undo_last(self.reading.shown, said)
        else:
            self.acting.undoing.redo(self.reading.shown)

    def _plan(self, said: str) -> None:
        """Go on with a plan first; what it is for is said behind the command."""
        if said:
            self.acting.resume(self.reading.shown, said, plan=True)
        else:
            self.run.steps.follow_up.field.setText("/plan ")

    def _show_seen(self, step: int, number: int) -> None:
        self._with_record(lambda run: self.acting.show_seen(run, step, number))

    def _with_record(self, act: Callable[[RunRecord], None]) -> None:
        if self.reading.view is not None:
            act(self.reading.view.record)

    def _make_recipe(self) -> None:
        """The form with the wish of the run that is shown, to be kept."""
        started = next((e.event for e in self.reading.entries() if isinstance(e.event, RunStarted)), None)
        view = self.reading.view
        if view is None or started is None:
            return
        self._show_form(None)
        material = Material(started.collection, started.readable)
        self.form.show_run(view.record, started.budget, started.tools, material)

    def _recipe_gone(self, recipe: Recipe) -> None:
        if self._stack.currentWidget() is self.form and self.form.recipe == recipe:
            self.new_run()

    def _read_models(self) -> None:
        self._models_read = self._calls.do(
            run_models, self.form.model.show_models, executor="files", instead_of=self._models_read
        )

    def _read_choices(self) -> None:
        """What the form offers: models and tools."""
        self._read_models()
        if not self._tools_known:
            self._tools_known = True
            tools = self.form.tools
            self._calls.do(tools_at_hand, lambda found: tools.show_tools(*found), executor="io", owner=tools)

    # Showing

    def _show_list(self) -> None:
        self.side.show_runs(self.shelf.all())
        shown = self.reading.shown
        if self._wanted and self.shelf.get(self._wanted) is not None:
            self.show_run(self._wanted)
        elif shown and self.shelf.get(shown) is None and self._stack.currentWidget() is self.run:
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
        self._say_state()

    def _opened(self, view: RunView, entries: tuple[Entry, ...]) -> None:
        self.run.steps.show_run(view, entries)
        self.helpers.follow(entries)
        self._note_time(entries)
        self._show_view()

    def _came(self, entries: tuple[Entry, ...]) -> None:
        self.run.steps.append(entries)
        self.helpers.follow(entries)
        self._note_time(entries)

    def _note_time(self, entries: tuple[Entry, ...]) -> None:
        if entries:
            self._last_event = entries[-1].time

    def _viewed(self, view: RunView) -> None:
        self.run.steps.set_view(view)
        self._show_view()

    def _show_view(self) -> None:
        view = self.reading.view
        if view is None:
            return
        seconds = view.seconds
        runs = view.record.state == "running"
        if runs and self._last_event:
            seconds += max(0.0, time.time() - self._last_event)
        self.run.show_view(view, seconds, other_process=self._is_elsewhere())
        if runs and self.isVisible():
            self._clock.start()
        else:
            self._clock.stop()

    def _take_text(self, run: int, handle: str, text: str) -> None:
        if run == self.reading.shown:
            self.run.steps.show_text(handle, text)

    def _give_focus(self) -> None:
        if self._stack.currentWidget() is self.form:
            self.form.take_focus()
        elif self._stack.currentWidget() is self.run:
            self.side.take_focus()

    def _look_at_others(self) -> None:
        """What other processes do with runs."""
        self.shelf.begin()
        if self._is_elsewhere():
            self.reading.catch_up()

    def _is_elsewhere(self) -> bool:
        view, services = self.reading.view, self._calls.services
        return view is not None and services is not None and services.runs.is_elsewhere(view.record)

    def hideEvent(self, event: object) -> None:
        self._clock.stop()
        self._others.stop()

    def showEvent(self, event: object) -> None:
        if self._stack.currentWidget() is self.run:
            self.looked_at.emit(self.reading.shown)
        self._others.start()
        self._show_view()

    def _say_state(self) -> None:
        if self.shelf.is_read:
            self.state.say(
                self.tr("Describe a task and choose a folder"),
                self.tr(
                    "The model works through the task step by step, with tools that read and change files in "
                    "that folder. You see every step, approve what matters, and can undo what it did."
                ),
                (self.tr("New run"),),
                "check-line",
            )
        else:
            self.state.say_soon(self.tr("Reading the runs…"))

    def retranslate(self) -> None:
        if self._stack.currentWidget() is self.state:
            self._say_state()
        if self.isVisible():
            self.recipes.read()  # in the language that is on


def _begin(services: Services, wish: RunSpec) -> RunRecord:
    """Start it. Who starts one with a model elsewhere has read in the form that text leaves for it."""
    name = read_name(wish.model)
    if name is not None and services.remote_servers.is_new(wish.model):
        services.remote_servers.agree(name.url)
    return services.runs.start(wish)
