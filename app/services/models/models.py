"""The model in use: resolves its name, loads it, and publishes its state."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.events import EventBus
from app.services.library.model_names import shown_name
from app.services.library.names import STARTER as STARTER
from app.services.library.resolving import resolve_model
from app.services.models.activity import EngineActivity
from app.services.models.delivery import Delivery
from app.services.models.engines import Engines
from app.services.models.events import ModelChanged, ModelUsed
from app.services.models.load_requests import LoadRequests
from app.services.models.loaded_model import LoadReason, Resting
from app.services.models.loading import Loading
from app.services.models.model_state import ModelState
from app.services.settings.settings import RECENT_MODELS, SettingsFile
from engine.api import (
    GenerateRequest,
    Listener,
    LoadRequest,
    ModelFacts,
    TokenizeRequest,
)
from engine.errors import UserError
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
        self._load_requests = LoadRequests(
            settings, kept_options, kept_threads, calibrations, states, self._projector_of
        )
        self._library = library
        self._events = events
        self._told = ModelState(self.called, events)
        self.activity = EngineActivity(events)
        self._delivery = Delivery(self._told, events, calibrations)
        self._requests = self._delivery.requests
        self._loading = Loading(self._told, self._delivery, self.activity, make_engines, fall_back)
        self.engines = self._loading.engines
        self._asked = ""
        self._context: int | None = None
        self._options: PlacementOptions | None = None

    @property
    def state(self) -> ModelChanged:
        return self._told.current

    @property
    def wanted(self) -> str:
        """The name of the model in use: the last one requested, else that of the settings."""
        return self._asked or self._settings.current.model

    @property
    def request(self) -> LoadRequest | None:
        """The last load that was asked for, which may have gone otherwise since."""
        return self._loading.request

    @property
    def is_answering(self) -> bool:
        """Whether an answer is in progress or waits."""
        return bool(self._requests.answers)

    @property
    def energy_domains(self) -> str:
        """What the energy of answers is measured of, as `EnergyMeter.domains`."""
        return self._delivery.energy_domains

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
        with self._loading.using:
            self._asked, self._context, self._options = model, context, options
            self._loading.forget()
            try:
                path = self.resolved(model)
            except UserError as error:
                self._told.publish(ModelChanged("empty", clean_text(model), "", error=error.info))
                return
            unloaded = self._loading.engine.state == "empty"
            if later and unloaded and Path(path).is_file():  # else the load says why not
                self._told.rests(path, "unused")
                return
            self._told.because = because
            try:
                request = self._load_requests.make(
                    path,
                    context,
                    options,
                    watching=self._loading.is_watching,
                    without_workers=without_workers,
                    together=self.serves,
                )
                self._loading.load(request)
            except UserError as error:
                self._loading.failed("empty", error.info)
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
        with self._loading.using:
            state = self.state
            if state.path == path and (state.state != "empty" or state.resting):
                return
            if state.path not in ("", path) and self.is_answering:
                raise UserError("model.answering", used=state.name, wanted=self.called(path))
            self.use(model, context=context or None, remember=False, because=because)

    def ensure(self, because: LoadReason = "answer") -> None:
        """Start loading the chosen model when none is loaded."""
        with self._loading.using:
            if self._loading.engine.state == "empty" and not self._loading.is_held:
                self.reload(because=because)

    def rest(self, why: Resting, still: Callable[[], bool] = lambda: True) -> bool:
        """Give the memory of a loaded model back until it is asked for something. False, and nothing done, while an
        answer is written or waits, tokens are counted, a load is under way or placements are measured, for a model
        elsewhere, and when it is not `still` wanted. What is asked meanwhile waits, and is answered by the next load.
        """
        return self._loading.rest(why, still)

    def cancel_load(self) -> None:
        self._loading.cancel()

    def recent(self) -> list[str]:
        """Paths of models used before that still exist, newest first, and names of remote models."""
        recent = self._settings.current.recent_models
        return [path for path in recent if is_remote(path) or Path(path).is_file()]

    def generate(self, request: GenerateRequest, listener: Listener, path: str = "") -> None:
        """Queue an answer. Its events go to `listener`, on the engine's reader thread. With `path` nobody but the
        model there is asked.

        Raises UserError as `Engine.generate` does, or why no model could be loaded; `model.other_in_use`.
        """
        with self._requests.listening(request.id, listener):
            self._generate(request, path)

    @contextlib.contextmanager
    def with_model(self, path: str) -> Iterator[None]:
        """Inside, the model at `path` is in use, and nobody chooses another one: what is asked here goes to it.

        Returns soon; a load goes on behind it. Raises UserError as `take_up` does.
        """
        with self._loading.using:
            self.take_up(path, "answer")
            yield

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...], listener: Listener) -> None:
        """As `Engine.measure`, with the model in use; `listener` gets the `Measured`.

        Raises UserError as `generate` does, and `model.not_ready` while a load is tried again or placements are
        measured: nothing can be counted then.
        """
        self._ask(request.id, listener, lambda: self._loading.engine.measure(request, texts))

    def tokenize(self, request: TokenizeRequest, listener: Listener) -> None:
        """As `Engine.tokenize`, with the model in use. Raises UserError as `measure` does."""
        self._ask(request.id, listener, lambda: self._loading.engine.tokenize(request))

    def _generate(self, request: GenerateRequest, path: str = "") -> None:
        self._events.publish(ModelUsed())
        with self._loading.using:
            if path and self.state.path not in ("", path):
                raise UserError("model.other_in_use", used=self.state.name or "-", wanted=self.called(path))
            self.ensure()
            self._loading.generate(request)

    def _ask(self, id: int, listener: Listener, ask: Callable[[], None]) -> None:
        self._events.publish(ModelUsed())
        with self._loading.using:
            self.ensure()
            if self._loading.is_held:
                raise UserError("model.not_ready")
            self._loading.check()
            with self._requests.listening(id, listener):
                ask()

    def abort(self, request_id: int) -> None:
        self._loading.abort(request_id)

    def answer_now(self, request_id: int) -> None:
        """As `Engine.answer_now`; an answer that waits for a model skips reasoning altogether."""
        self._requests.without_reasoning(request_id)
        self._loading.engine.answer_now(request_id)

    def watch_experts(self, on: bool) -> None:
        """Whether the engine reports which experts fire (`ExpertsFired`), from the next answer on."""
        self._loading.watch_experts(on)

    @contextlib.contextmanager
    def unloaded(self, workers: tuple[str, ...] = ()) -> Iterator[None]:
        """Inside, nothing is loaded: memory and `workers` are free for measuring. Then what was loaded before is
        loaded again, or what was chosen meanwhile; answers that are asked for meanwhile wait for that.

        Raises UserError `tuning.answering` while an answer is being written or waits, `tuning.twice`.
        """
        before = self._loading.set_aside(workers)
        try:
            yield
        finally:
            with self._loading.using:
                for waiting in self._loading.bring_back(before):
                    try:
                        self._generate(waiting)
                    except UserError as error:
                        self._delivery.end((waiting.id,), "error", error.info)

    def called(self, path: str, facts: ModelFacts | None = None) -> str:
        """A model's name: its name in the library, else its file, as `shown_name` has it."""
        with contextlib.suppress(UserError):
            if self._library and (name := self._library.called(path)):
                return name
        return shown_name(path, facts)

    def close(self) -> None:
        self._loading.close()

    def _remember(self, model: str, path: str) -> None:
        recent = self._settings.current.recent_models
        if model != STARTER:
            recent = (path, *(p for p in recent if p != path))[:RECENT_MODELS]
        self._settings.change(model=model if model == STARTER else path, recent_models=recent)
