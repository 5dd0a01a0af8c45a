"""The model in use: resolves its name, loads it, and publishes its state."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.events import EventBus
from app.services.library.model_names import shown_name
from app.services.library.names import STARTER as STARTER
from app.services.library.resolving import resolve_model
from app.services.models.activity import EngineActivity
from app.services.models.energy import EnergyMeter
from app.services.models.engines import Engines
from app.services.models.events import ModelAnswered, ModelChanged, ModelUsed
from app.services.models.idle_power import IdlePower
from app.services.models.load_requests import LoadRequests
from app.services.models.load_retry import MAX_STEPS, Failure, LoadRetry, is_for_memory
from app.services.models.loaded_model import LoadReason, Resting
from app.services.models.model_log import log_events, log_load
from app.services.models.model_state import ModelState
from app.services.models.requests import Requests, ended
from app.services.settings.settings import RECENT_MODELS, SettingsFile
from engine.api import (
    Engine,
    EngineLost,
    EngineState,
    Event,
    Finished,
    GenerateRequest,
    Listener,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    Measured,
    ModelFacts,
    Tokenized,
    TokenizeRequest,
)
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import PlacementOptions
from engine.remote.names import is_remote, parse_name
from engine.text import clean_text
from engine.values import Picture

if TYPE_CHECKING:
    from app.services.library.library import Library


class Models:
    """The one model that answers. Each request has a listener for its events.

    A load that fails for memory is tried again with less, `MAX_STEPS` times at most; requests that wait for
    the model are handed on from one try to the next. Methods start a process or wait for one to end: call
    them off the GUI thread. `serves` is set where several programs ask at once.
    """

    def __init__(
        self,
        settings: SettingsFile,
        events: EventBus,
        make_engines: Callable[[Listener], Engines],
        kept_options: Callable[[str], PlacementOptions] = lambda _: PlacementOptions(),
        kept_threads: Callable[[str], int] = lambda _: 0,
        calibrations: str = "",
        fall_back: Callable[[str, PlacementOptions], PlacementOptions | None] = lambda _path, _options: None,
        library: Library | None = None,
        states: str = "",
    ) -> None:
        self.serves = False
        self._settings = settings
        self._loads = LoadRequests(
            settings, kept_options, kept_threads, calibrations, states, self._projector_of
        )
        self._fall_back = fall_back
        self._library = library
        self._events = events
        self._told = ModelState(self.called, events)
        self.activity = EngineActivity(events)
        self.engines = make_engines(self._on_events)
        # Held while a load or a request is passed to the engine; the engine's reader thread never takes it.
        self._using = threading.RLock()
        # Guards what follows; never held while waiting.
        self._lock = threading.Lock()
        self._asked = ""
        self._context: int | None = None
        self._options: PlacementOptions | None = None
        self._request: LoadRequest | None = None
        self._watching = False
        self._steps = LoadRetry(self._step)
        self._stepping: LoadRequest | None = None  # the failed load that is being retried
        self._step_cancelled = False
        self._requests = Requests()
        self._idle = IdlePower(calibrations)
        self._energy = EnergyMeter(self._idle.watts)
        self._aside = False  # placements are being measured: nothing is loaded until that is over
        self._after: LoadRequest | None = None  # what is loaded afterwards

    @property
    def _engine(self) -> Engine:
        return self.engines.used

    @property
    def state(self) -> ModelChanged:
        return self._told.current

    @property
    def wanted(self) -> str:
        """The name of the model in use: the last one requested, else that of the settings."""
        return self._asked or self._settings.current.model

    @property
    def is_answering(self) -> bool:
        """Whether an answer is in progress or waits."""
        return bool(self._requests.answers)

    @property
    def energy_domains(self) -> str:
        """What the energy of answers is measured of, as `EnergyMeter.domains`."""
        return self._energy.domains

    def resolved(self, name: str) -> str:
        """What `use` would load, as `ModelChanged.path` names it. Raises UserError as `resolve_model` does, and of
        models elsewhere as `parse_name`."""
        return parse_name(name).text if is_remote(name) else str(resolve_model(name, self._library))

    @property
    def signature(self) -> str:
        """The signature of an answer: the name of the model in use; of a remote one the full name, which says
        where its text went.
        """
        state = self.state
        return state.path if is_remote(state.path) else state.name

    def use(
        self,
        model: str,
        *,
        context: int | None = None,
        options: PlacementOptions | None = None,
        remember: bool = True,
        without_workers: bool = False,
        because: LoadReason = "chosen",
        later: bool = False,
    ) -> None:
        """Load what `resolve_model` knows, or find a model elsewhere ("openai:URL#NAME"), in the place of what is in
        use; how it goes is told by `ModelChanged`.

        `options` None: those kept for the model. They are completed from the settings; `context` is used
        before both. `later`: one of this machine is only loaded once it is asked for something, or by `ensure`.

        Raises UserError `settings.not_saved` when the choice cannot be remembered; it is loaded all the same.
        """
        with self._using:
            self._asked, self._context, self._options = model, context, options
            self._end_steps()
            try:
                path = self.resolved(model)
            except UserError as error:
                self._told.publish(ModelChanged("empty", clean_text(model), "", error=error.info))
                return
            if later and self._engine.state == "empty" and Path(path).is_file():  # else the load says why not
                self._told.rests(path, "unused")
                return
            self._told.because = because
            try:
                self._load(
                    self._loads.make(
                        path,
                        context,
                        options,
                        watching=self._watching,
                        without_workers=without_workers,
                        together=self.serves,
                    )
                )
            except UserError as error:
                self._failed("empty", error.info, ())
                return
            if remember:
                self._remember(model, path)

    def _projector_of(self, path: str) -> str:
        """The projector that the library has for a model, "" for none."""
        model = None if self._library is None else self._library.at(path)
        return model.projector.path if model is not None and model.projector is not None else ""

    def reload(self, *, without_workers: bool = False, because: LoadReason = "chosen") -> None:
        """Load the same model again, after a crash or a changed setting; `without_workers`: on this machine
        alone.
        """
        self.use(
            self.wanted,
            context=self._context,
            options=self._options,
            remember=False,
            without_workers=without_workers,
            because=because,
        )

    def take_up(self, model: str, because: LoadReason, context: int = 0) -> None:
        """Use a model, with this context if any, unless it is in use; the choice is not remembered.

        Raises UserError `model.answering` while another one answers, and as `resolved` does.
        """
        path = self.resolved(model)
        with self._using:
            state = self.state
            if state.path == path and (state.state != "empty" or state.resting):
                return
            if state.path not in ("", path) and self.is_answering:
                raise UserError("model.answering", used=state.name, wanted=self.called(path))
            self.use(model, context=context or None, remember=False, because=because)

    def ensure(self, because: LoadReason = "answer") -> None:
        """Start loading the chosen model when none is loaded."""
        with self._using:
            if self._engine.state == "empty" and not self._stepping and not self._aside:
                self.reload(because=because)

    def rest(self, why: Resting, still: Callable[[], bool] = lambda: True) -> bool:
        """Give the memory of a loaded model back until it is asked for something. False, and nothing done, while an
        answer is written or waits, tokens are counted, a load is under way or placements are measured, for a model
        elsewhere, and when it is not `still` wanted. What is asked meanwhile waits, and is answered by the next load.
        """
        with self._using:
            path = self.state.path
            with self._lock:
                busy = bool(self._stepping) or self._aside or self._requests.is_open
            if busy or self._engine.state != "ready" or is_remote(path) or not still():
                return False
            self._engine.unload()
            self._told.rests(path, why)
            return True

    def cancel_load(self) -> None:
        self._step_cancelled = True
        self._engine.cancel_load()

    def recent(self) -> list[str]:
        """Paths of models used before that still exist, newest first, and names of remote models."""
        recent = self._settings.current.recent_models
        return [path for path in recent if is_remote(path) or Path(path).is_file()]

    def generate(self, request: GenerateRequest, listener: Listener) -> None:
        """Queue an answer. Its events go to `listener`, on the engine's reader thread.

        Raises UserError as `Engine.generate` does, or why no model could be loaded.
        """
        with self._requests.listening(request.id, listener):
            self._generate(request)

    @contextlib.contextmanager
    def with_model(self, path: str) -> Iterator[None]:
        """Inside, the model at `path` is in use, and nobody chooses another one: what is asked here goes to it.

        Returns soon; a load goes on behind it. Raises UserError as `take_up` does.
        """
        with self._using:
            self.take_up(path, "answer")
            yield

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...], listener: Listener) -> None:
        """As `Engine.measure`, with the model in use; `listener` gets the `Measured`.

        Raises UserError as `generate` does, and `model.not_ready` while a load is tried again or placements are
        measured: nothing can be counted then.
        """
        self._ask(request.id, listener, lambda: self._engine.measure(request, texts))

    def tokenize(self, request: TokenizeRequest, listener: Listener) -> None:
        """As `Engine.tokenize`, with the model in use. Raises UserError as `measure` does."""
        self._ask(request.id, listener, lambda: self._engine.tokenize(request))

    def _ask(self, id: int, listener: Listener, ask: Callable[[], None]) -> None:
        self._events.publish(ModelUsed())
        with self._using:
            self.ensure()
            if self._stepping or self._aside:
                raise UserError("model.not_ready")
            if self._engine.state == "empty" and self.state.error:
                raise UserError.from_info(self.state.error)
            with self._requests.listening(id, listener):
                ask()

    def _generate(self, request: GenerateRequest) -> None:
        self._events.publish(ModelUsed())
        with self._using:
            self.ensure()
            with self._lock:
                self._requests.add(request)
                if self._stepping or self._aside:
                    return
            try:
                if self._engine.state == "empty" and self.state.error:
                    raise UserError.from_info(self.state.error)
                self._idle.disturb()
                self._engine.generate(request)
            except UserError:
                with self._lock:
                    if self._stepping:  # the load has just failed; the next one answers
                        return
                raise
            if self._engine.state == "loading" and self.state.state != "loading" and self._request:
                self._tell_loading(self._request)

    def abort(self, request_id: int) -> None:
        with self._lock:
            held = (self._stepping or self._aside) and self._requests.withdraw(request_id)
        if held:
            self._deliver([ended(request_id, "cancelled")])
        self._engine.abort(request_id)

    def answer_now(self, request_id: int) -> None:
        """As `Engine.answer_now`; an answer that waits for a model skips reasoning altogether."""
        self._requests.without_reasoning(request_id)
        self._engine.answer_now(request_id)

    def watch_experts(self, on: bool) -> None:
        """Whether the engine reports which experts fire (`ExpertsFired`), from the next answer on."""
        with self._using:
            self._watching = on
            self.engines.local.watch_experts(on)

    @contextlib.contextmanager
    def unloaded(self, workers: tuple[str, ...] = ()) -> Iterator[None]:
        """Inside, nothing is loaded: memory and `workers` are free for measuring. Then what was loaded before is
        loaded again, or what was chosen meanwhile; answers that are asked for meanwhile wait for that.

        Raises UserError `tuning.answering` while an answer is being written or waits, `tuning.twice`.
        """
        before = self._set_aside(workers)
        try:
            yield
        finally:
            self._bring_back(before)

    def called(self, path: str, facts: ModelFacts | None = None) -> str:
        """A model's name: its name in the library, else its file, as `shown_name` has it."""
        with contextlib.suppress(UserError):
            if self._library and (name := self._library.called(path)):
                return name
        return shown_name(path, facts)

    def close(self) -> None:
        self._steps.close()
        self._idle.close()
        self.engines.close()

    # --- loading ---

    def _load(self, request: LoadRequest) -> None:
        """Raises UserError as `Engine.load` does."""
        self._request, self._step_cancelled = request, False
        self._idle.disturb()
        if self._aside:
            self._after = request
            self._told.tuning(self.called(request.path), request.path, self.state.workers)
            return
        log_load(request)
        self._tell_loading(request)
        self.engines.choose(request.path)
        self._engine.load(request)
        if self._engine.state == "loading" and self.state.state != "loading":
            self._tell_loading(request)  # the last event of the previous model came in between

    def _set_aside(self, workers: tuple[str, ...]) -> ModelChanged:
        """The state before unloading. Raises UserError as `unloaded` does."""
        with self._using:
            with self._lock:
                if self._aside:
                    raise UserError("tuning.twice")
                if self._requests.answers:
                    raise UserError("tuning.answering")
                loaded = self._stepping is not None or self._engine.state in ("loading", "ready")
                self._aside, self._stepping = True, None
                self._after = self._request if loaded else None
            before = self.state
            self._told.tuning(before.name, before.path, workers)
            if loaded:
                self._engine.unload()
                self._told.tuning(before.name, before.path, workers)  # its last event came in between
            return before

    def _bring_back(self, before: ModelChanged) -> None:
        """Load the chosen model after measuring, and pass on the waiting requests."""
        with self._using:
            with self._lock:
                self._aside = False
                wanted, self._after = self._after, None
                held = self._requests.answers
            if self._engine.state == "closed":
                return
            try:
                if wanted:
                    self._load(msgspec.structs.replace(wanted, watch_experts=self._watching))
                else:
                    self._told.publish(before)
            except UserError as error:
                self._failed("empty", error.info, ())
            for waiting in held:
                try:
                    self._generate(waiting)
                except UserError as error:
                    self._deliver([ended(waiting.id, "error", error.info)])

    def _end_steps(self) -> None:
        """Another load was requested: stop what waited for the previous one."""
        with self._lock:
            held = self._requests.answers if self._stepping or self._aside else ()
            self._stepping = None
            self._requests.forget_answers()
        self._deliver([ended(request.id, "cancelled") for request in held])

    def _steps_down(self, failure: Failure) -> bool:
        """From the reader thread: whether the other thread retries a failed load."""
        request = self._request
        loading = self.state.state == "loading"
        if request is None or not loading or self._step_cancelled or not is_for_memory(failure):
            return False
        with self._lock:
            if self._aside or len(request.options.fallbacks) >= MAX_STEPS:
                return False
            if not self._steps.ask(request, failure):
                return False
            self._stepping = request
            return True

    def _step(self, request: LoadRequest, failure: Failure) -> None:
        """On the retry thread: load again with less, and pass on the waiting requests."""
        try:
            options = self._fall_back(request.path, request.options)
        except UserError:
            options = None
        except BaseException:
            self._give_up(request, failure)
            raise
        with self._using:
            if request is not self._stepping:
                return  # another load was requested meanwhile
            if options is None or self._step_cancelled:
                self._give_up(request, failure)
                return
            try:
                self._load(msgspec.structs.replace(request, options=options, watch_experts=self._watching))
            except UserError as error:
                self._give_up(request, LoadFailed(error.info))
                return
            with self._lock:
                if self._stepping is request:  # and not the new load, which has failed by now
                    self._stepping = None
                held = self._requests.answers
            for waiting in held:
                with contextlib.suppress(UserError):  # it has failed again: the next retry takes them
                    self._engine.generate(waiting)

    def _give_up(self, request: LoadRequest, failure: Failure) -> None:
        error = ErrorInfo("engine.load_cancelled") if self._step_cancelled else failure.error
        with self._lock:
            if self._stepping is not request:
                return
            held = self._requests.answers
            self._stepping = None
            self._requests.forget_answers()
        lost = isinstance(failure, EngineLost) and not self._step_cancelled
        self._failed("lost" if lost else "empty", error, getattr(failure, "log_tail", ()))
        self._deliver([ended(request.id, "error", error) for request in held])

    def _remember(self, model: str, path: str) -> None:
        recent = self._settings.current.recent_models
        if model != STARTER:
            recent = (path, *(p for p in recent if p != path))[:RECENT_MODELS]
        self._settings.change(model=model if model == STARTER else path, recent_models=recent)

    # --- events ---

    def _on_events(self, events: list[Event]) -> None:
        log_events(events)
        failure = next((event for event in events if isinstance(event, LoadFailed | EngineLost)), None)
        if failure is not None and self._steps_down(failure):
            events = [event for event in events if event is not failure]
        generation: list[Event] = []
        for event in events:
            if isinstance(event, LoadProgress) and self._request:
                self._tell_loading(self._request, event.fraction)
            elif isinstance(event, Loaded):
                plan = event.model.plan
                # The engine survives the loss of a worker beneath its cache.
                workers = plan.placement.workers if plan else self._workers()
                self._told.loaded(event.model, workers)
                self._rest_from_work()
            elif isinstance(event, LoadFailed):
                self._failed("empty", event.error, ())
            elif isinstance(event, EngineLost):
                self._failed("lost", event.error, event.log_tail)
            else:
                if isinstance(event, Finished) and event.reason != "cancelled":
                    self._told.answered(event.error)
                if not (self.activity.take(event) or (isinstance(event, Finished) and self._held_on(event))):
                    generation.append(event)
        self._deliver(generation)

    def _deliver(self, events: list[Event]) -> None:
        self._energy.look()
        ended = [self._requests.find(event.id) for event in events if isinstance(event, Finished)]
        events = [self._energy.follow(event, self.state.facts) for event in events]
        self._requests.deliver(events)
        finished = [event for event in events if isinstance(event, Finished)]
        for request, event in zip(ended, finished, strict=True):
            self._tell_answered(request, event)
        if any(isinstance(event, Finished | Measured | Tokenized) for event in events):
            self._events.publish(ModelUsed())
            self._rest_from_work()

    def _rest_from_work(self) -> None:
        """Nothing may be left to do: a time to see what the machine takes anyway."""
        if not self.is_answering and not is_remote(self.state.path):
            self._idle.begin()

    def _tell_answered(self, request: GenerateRequest | None, finished: Finished) -> None:
        """What programs ask for the server counts."""
        usage = finished.usage
        if request is not None and not request.client and (usage.prompt_tokens or usage.completion_tokens):
            path, domains = self.state.path, self._energy.domains
            self._events.publish(ModelAnswered(path, request.conversation, usage, finished.timings, domains))

    def _held_on(self, finished: Finished) -> bool:
        """Whether an answer that ended with its load is kept for the next one."""
        with self._lock:
            return self._stepping is not None and self._requests.is_waiting(finished.id)

    def _tell_loading(self, request: LoadRequest, fraction: float = 0.0) -> None:
        self._told.loading(request.path, fraction, self._workers())

    def _workers(self) -> tuple[str, ...]:
        return self._request.options.workers if self._request else ()

    def _failed(self, state: EngineState, error: ErrorInfo, log_tail: tuple[str, ...]) -> None:
        self._told.failed(state, error, log_tail, self._workers())
