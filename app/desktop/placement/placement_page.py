"""The Placement page, connected to the services: which model is shown, its plan, and what is wished of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.model_picker.model_banner import ModelBanner
from app.desktop.placement.draft_choice import DraftChoice
from app.desktop.placement.experts_used.comparing import Comparing
from app.desktop.placement.kept import kept_plan
from app.desktop.placement.live_speed import LiveSpeed
from app.desktop.placement.model_lines import Known, ModelLines
from app.desktop.placement.placement_view import PlacementView
from app.desktop.placement.plan_loader import Watching
from app.desktop.placement.replanning import Replanning
from app.desktop.placement.side_panel import SidePanel
from app.desktop.placement.suggestion import is_of_options, suggested_options
from app.desktop.placement.tuning import Tuning, load_with
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.services.connections.events import WorkersChanged
from app.services.events import ServiceEvent
from app.services.models.events import (
    ActivityChanged,
    AnswerFinished,
    CacheChanged,
    ModelChanged,
    TextDelta,
)
from app.services.placement.events import ExpertsChanged, MachineChanged, PlacementChanged, TuneProgress
from engine.activity import Activity
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import PlacementOptions, PlannedModel
from engine.remote.names import read_name

if TYPE_CHECKING:
    from app.services.placement.placements import ModelEntry

LIVE_MS = 250


class PlacementPage(ThemedWidget):
    """`side` is the list that belongs beside the page. `workers_wanted` asks for the settings of workers."""

    workers_wanted = Signal()

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._path = ""
        self._model: PlannedModel | None = None
        self._error: UserError | None = None
        # Why there is no plan for the wishes as they are now; what is shown is the last one.
        self._refused: ErrorInfo | None = None
        self._options = PlacementOptions()
        self._drafts: dict[str, PlacementOptions] = {}
        self._loaded_options: tuple[str, PlacementOptions] = ("", PlacementOptions())
        self._state: ModelChanged | None = None
        self._apply_waits = False
        self._stale = True
        self._focus_wanted = False
        self._live = LiveSpeed()
        self._activity: Activity | None = None
        self.side = SidePanel(self)
        self.model_strip = ModelBanner(calls, self)
        self.remote_servers = wrapped_label(self, "small")
        self.remote_servers.hide()
        self.view = PlacementView(self)
        self.replanning = Replanning(calls, self)
        self.lines = ModelLines(calls, self.side, self)
        self.watching = Watching(calls, self.view.heat, self)
        self.drafting = DraftChoice(calls, self.view.options, self)
        self.tuning = Tuning(calls, self.view.tune, self)
        self.comparing = Comparing(calls, self.view.comparison, self)
        self._live_timer = QTimer(self, interval=LIVE_MS)
        Column(self.model_strip, self.remote_servers, (self.view, 1), parent=self, spacing=0)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        view = self.view
        self.side.model_wanted.connect(self.choose)
        self.side.worker_wanted.connect(self.workers_wanted)
        view.options.changed.connect(self._take_options)
        view.header.apply_wanted.connect(self.apply)
        view.header.tune_wanted.connect(lambda: self.tuning.start(self._path, self._options))
        view.explanation.change_wanted.connect(self._take_suggestion)
        view.state.acted.connect(self._try_again)
        self.lines.read.connect(self._take_known)
        self.lines.failed.connect(self._take_read_failure)
        self.replanning.planned.connect(self._take_plan)
        self.replanning.failed.connect(self._take_failure)
        self.tuning.kept.connect(self._tuned)
        self.tuning.changed.connect(self._show_actions)
        view.options.comparison_wanted.connect(self._compare)
        self.comparing.changed.connect(self._show_actions)
        self._live_timer.timeout.connect(self._show_live)

    # Reading

    def open(self) -> None:
        """The page comes to the front: bring it up to date."""
        self._focus_wanted = True
        if self._stale or self._model is None:
            self.reload()
        else:
            self._give_focus()

    def _give_focus(self) -> None:
        if not self._focus_wanted or not self.isVisible():
            return
        self._focus_wanted = False
        if self.side.isVisible():
            self.side.take_focus()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def reload(self) -> None:
        """Read the models, the machine and the shown model's plan again."""
        self._stale = self._waits()
        if self._stale:
            self._say_waiting()
            return
        if self._model is None:
            self._say_planning()
        self._calls.do(lambda s: s.placements.models(), self._take_models, self._failed)
        self._calls.do(
            lambda s: (s.placements.machine(), s.placements.workers.all()),
            lambda found: self.side.show_machine(*found),
            self._failed,
            executor="io",
            owner=self,
        )

    def _take_models(self, entries: tuple[ModelEntry, ...]) -> None:
        self.drafting.read()
        self._path = self.lines.show_entries(entries, self._path)
        self._give_focus()
        if self._path:
            self._show_model(self._path)
        else:
            self._model = None
            self._show()

    def choose(self, path: str) -> None:
        """Show another model."""
        if path == self._path and self._model is not None:
            return
        self.replanning.cancel()
        self._model = self._error = self._refused = None
        self._show_model(path)

    def _show_model(self, path: str) -> None:
        self._path = path
        if self._waits():
            self._stale = True
            self._say_waiting()
            return
        draft = self._drafts.get(path)
        if self._model is None:
            self._say_planning()
        self.lines.ask(path, draft)

    def _take_known(self, path: str, known: Known) -> None:
        if path == self._path and self._drafts.get(path) in (None, known.options):
            self._options, self._model, self._error = known.options, known.model, None
            self._refused = None
            self._show()

    def _take_read_failure(self, path: str, error: UserError) -> None:
        if path == self._path:
            self._failed(error)

    def _failed(self, error: UserError) -> None:
        if self._waits() and error.code.startswith("worker."):
            self._stale = True  # it was asked while the load had begun, and is busy rather than away
            self._say_waiting()
            return
        self._error, self._model = error, None
        self._show()

    # Wishes

    def _take_options(self, options: PlacementOptions) -> None:
        self._options = self._drafts[self._path] = options
        self._show_actions()
        self.replanning.ask(self._path, options)

    def _take_plan(self, options: PlacementOptions, model: PlannedModel) -> None:
        if model.path != self._path:
            return
        self._model, self._error, self._refused = model, None, None
        self._show()

    def _take_failure(self, path: str, error: UserError) -> None:
        if path != self._path:
            return
        if self._model is None or not is_of_options(error):
            self._failed(error)
            return
        # The cards stay under the hand that moves a slider.
        self._refused = error.info
        self._show()

    def _take_suggestion(self) -> None:
        model = self._model
        if model is None:
            return
        options = suggested_options(model.plan.refusal, self._options, model.machine)
        if options is not None:
            self._take_options(options)

    def _try_again(self) -> None:
        """Wishes that cannot be would only be refused again, and the card that could change them is not there."""
        if self._path and is_of_options(self._error):
            self._take_options(PlacementOptions())
        else:
            self.reload()

    def _compare(self) -> None:
        self.comparing.start(self._path, self._options)
        self.view.bring_into_view(self.view.comparison)

    def apply(self) -> None:
        """Keep the wishes and load the model with them, after the answers that are being written."""
        services = self._calls.services
        if services is None or not self._path:
            return
        self._apply_waits = bool(services.answers.answering())
        if not self._apply_waits:
            path, options = self._path, self._options
            self._drafts.pop(path, None)
            self._calls.do(lambda s: load_with(s, path, options), executor="io")
        self._show_actions()

    def _tuned(self, path: str) -> None:
        """Tuning found other wishes, which are kept now."""
        self._drafts.pop(path, None)
        if path == self._path:
            self._show_model(path)

    # What the services tell

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, TextDelta) and event.owner.message:
                self._live.add(event.owner.message, event.pieces, time.monotonic())
                if self.isVisible() and not self._live_timer.isActive():
                    self._live_timer.start()
            else:
                self._take_event(event)

    def _take_event(self, event: ServiceEvent) -> None:
        if isinstance(event, AnswerFinished):
            self._live.end(event.message.id)
            self._show_live()
            if self._apply_waits:
                self.apply()
            else:
                self._refresh()
        elif isinstance(event, ModelChanged):
            self._take_model_state(event)
        elif isinstance(event, ActivityChanged):
            self._activity = event.activity
            self._show_activity()
        elif isinstance(event, CacheChanged):
            self.view.cache.take(event.activity)
        elif isinstance(event, MachineChanged | PlacementChanged | WorkersChanged):
            self._refresh()
        elif isinstance(event, ExpertsChanged):
            self.watching.take(event)
        elif isinstance(event, TuneProgress):
            self.tuning.show_progress(event)

    def _take_model_state(self, state: ModelChanged) -> None:
        before, self._state = self._state, state
        self._show_elsewhere()
        if state.without_workers:
            self.model_strip.show_model(state)
        else:
            self.model_strip.hide()
        if state.state == "ready" and state.facts is not None:
            path = state.path
            self._calls.do(
                lambda s: s.placements.options_for(path),
                lambda options: self._take_loaded_options(path, options),
                owner=self,
            )
            if before is None or before.path != path:
                self._path, self._model = path, None
            self._refresh()
        elif before is None or before.state != state.state:
            if state.state != "loading":
                self._refresh()  # what it held is free again
            self._show_actions()

    def _take_loaded_options(self, path: str, options: PlacementOptions) -> None:
        self._loaded_options = (path, options)
        self._show()

    def _refresh(self) -> None:
        """Read again now, or once the page is looked at."""
        if self.isVisible():
            self.reload()
        else:
            self._stale = True

    def hideEvent(self, event: object) -> None:
        self._live_timer.stop()

    def showEvent(self, event: object) -> None:
        self._show_live()

    # Showing

    def _is_loaded(self) -> bool:
        state = self._state
        return state is not None and state.state == "ready" and state.path == self._path

    def _as_loaded(self) -> bool:
        """Whether what is shown is exactly what answers now."""
        return self._is_loaded() and self._loaded_options == (self._path, self._options)

    def _shown_model(self) -> PlannedModel | None:
        """The plan to show: of what is loaded the plan that was loaded, exact to the byte."""
        facts = self._state.facts if self._state is not None else None
        if self._model is not None and self._as_loaded() and facts is not None and facts.plan is not None:
            return msgspec.structs.replace(self._model, plan=facts.plan)
        return self._model

    def _splits(self) -> tuple[int, int]:
        """Into how many pieces a step of what is loaded is cut; nothing is known of other plans."""
        facts = self._state.facts if self._state is not None and self._as_loaded() else None
        return (0, 0) if facts is None else facts.graph_splits

    def _waits(self) -> bool:
        """Whether a worker is busy with the load and answers nobody else: no plan can be made with it."""
        state = self._state
        return state is not None and state.state == "loading" and bool(state.workers)

    def _say_waiting(self) -> None:
        """Unless a plan is shown already, which stays."""
        if self._model is None:
            self._error = None
            self.view.header.show_model(self._name(), None)
            self.view.show_words(
                self.tr("Loading the model onto another PC. Its placement appears when that is done.")
            )

    def _say_planning(self) -> None:
        self.view.header.show_model(self._name(), None)
        self.view.show_words(self.tr("Reading the model and planning where it goes…"))

    def _name(self) -> str:
        line = self.lines.line(self._path)
        return line.name if line is not None else ""

    def _show(self) -> None:
        model = self._shown_model()
        self.view.header.show_model(self._name() or self.tr("Placement"), model)
        if self._error is not None:
            wished = self._path and is_of_options(self._error)
            again = self.tr("Let Coterie decide") if wished else self.tr("Try again")
            self.view.show_words(languages.tell(self._error), again)
        elif model is None:
            if self._waits():
                self._say_waiting()
            elif not self.side.lines():
                self.view.show_words(
                    self.tr("See where a model goes and how fast it will be. Open a model first.")
                )
        else:
            self.view.show_model(model)
            self._show_plan(model)
        self._show_activity()
        self._show_actions()

    def _show_plan(self, model: PlannedModel) -> None:
        state = self._state
        measured = 0.0
        if self._as_loaded():
            line = self.lines.line(self._path)
            measured = line.measured if line is not None else 0.0
        notices = state.notices if state is not None and self._as_loaded() else ()
        self.view.explanation.show_plan(model.plan, measured, notices, model.machine)
        self.view.plain.show_plan(model.plan, measured, self._refused)
        refused = suggested_options(model.plan.refusal, self._options, model.machine)
        self.view.explanation.show_change(self._change_text(refused))
        if self._refused is not None:
            self.view.explanation.show_problem(self._refused)
        self.view.options.show_options(self._options, model, model.trained_context, self._splits())
        self.watching.show_model(self._path)
        self.drafting.show_model(self._path)
        self.comparing.show_model(self._path)

    def _change_text(self, options: PlacementOptions | None) -> str:
        if options is None:
            return ""
        if options.cache_type != self._options.cache_type:
            return self.tr("Use half the memory for the context")
        if options.context != self._options.context:
            return self.tr("Use a context of {count} tokens").format(count=f"{options.context:,}")
        return self.tr("Allow as much memory as it needs")

    def _show_actions(self) -> None:
        model, state = self._model, self._state
        loading = state is not None and state.state == "loading"
        fits = model is not None and model.plan.fits and self._refused is None
        measuring = self.view.tune.running() or self.view.comparison.running()
        free = fits and not loading and not measuring and not self._apply_waits
        self.view.options.compare.setEnabled(free)
        self.view.header.show_actions(
            loaded=self._is_loaded(), can_apply=free and not self._as_loaded(), can_tune=free
        )

    def _show_live(self) -> None:
        speed = self._live.tokens_per_second() if self._is_loaded() else 0.0
        self.view.explanation.show_live(speed, self._live.answers())
        if not self._live.answers():
            self._live_timer.stop()

    def _show_activity(self) -> None:
        shown = self._is_loaded() and self.view.shows_model()
        self.view.activity.show_activity(self._activity if shown else None)
        kept = kept_plan(self._state, self._model) if shown else None
        self.view.cache.show_plan(kept)

    def _show_elsewhere(self) -> None:
        """A model that a server has lies nowhere here: what is shown is another one."""
        remote = read_name(self._state.path) if self._state is not None else None
        self.remote_servers.setVisible(remote is not None)
        if remote is not None:
            self.remote_servers.setText(
                self.tr(
                    "The model in use, {name}, runs on {host}. This page shows models on this computer."
                ).format(name=remote.model, host=remote.host)
            )

    def restyle(self) -> None:
        px = themes.current.px
        self.remote_servers.setContentsMargins(px(30), px(14), px(30), 0)

    def retranslate(self) -> None:
        self._show_elsewhere()
        self._show()
