"""Model registry: the chat models of runs: the one in use, another local file, or a remote one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import msgspec

from agents.api import ChatModel, Measured, ModelRequest, ModelResponse, OnText
from app.services.events import EventBus
from app.services.models.events import ModelChanged
from app.services.models.models import Models
from app.services.models.reasoning import possible
from app.services.models.requests import new_request_id
from app.services.models.turns import (
    OnlyOf,
    OnProgress,
    overlay,
    request_of,
    take_measure,
    take_turn,
    with_error,
)
from app.services.runs.remote_model import RemoteChatModel, RemoteSource
from app.services.settings.settings import SettingsFile
from engine.api import GenerateRequest
from engine.errors import UserError
from engine.remote.engine import AccessOf
from engine.remote.names import is_remote, parse_name

_LOOK_S = 0.2


class ModelRegistry:
    """Provides each run with its chat model. Thread-safe; several runs and chats may use it at a time."""

    def __init__(self, models: Models, settings: SettingsFile, access_of: AccessOf, events: EventBus) -> None:
        self._models = models
        self._settings = settings
        self._access_of = access_of
        self._events = events
        self._loading = threading.Lock()
        self._lock = threading.Lock()
        self._remote_models: dict[tuple[str, int], RemoteSource] = {}
        self._closed = False

    def chat_model(
        self,
        name: str = "",
        conversation: str = "",
        on_progress: OnProgress = lambda _event: None,
        context: int = 0,
    ) -> ChatModel:
        """The model of that name; "" is the one in use now, which it stays bound to. Loads nothing yet, and asks no
        server. The engine of a model here knows its turns as those of `conversation` (`engine_names`), and tells
        `on_progress` what comes before the first word of each. `context` is the length of one elsewhere, and of one
        here that is not loaded yet; 0: what is set for it.

        Raises UserError as `resolve_model` does, for "openai:URL#NAME" as `parse_name`.
        """
        wanted = name or self._models.wanted
        if is_remote(wanted):
            return RemoteChatModel(self._source(wanted, context), self._settings, conversation)
        path = self._models.resolved(wanted)
        return LocalChatModel(
            wanted,
            path,
            self._models,
            self._settings,
            self._events,
            self._loading,
            conversation,
            on_progress,
            context,
        )

    def close(self) -> None:
        """Close the connections to servers, and their threads."""
        with self._lock:
            self._closed = True
            sources = tuple(self._remote_models.values())
            self._remote_models.clear()
        for source in sources:
            source.close()

    def _source(self, wanted: str, context: int) -> RemoteSource:
        name = parse_name(wanted)
        key = (name.text, context)
        with self._lock:
            if self._closed:
                raise UserError("engine.no_model")
            if key not in self._remote_models:
                self._remote_models[key] = RemoteSource(
                    name, self._access_of, context, lambda event: self._events.publish(event)
                )
            return self._remote_models[key]


class LocalChatModel:
    """A chat model that `Models` loads.

    One model is loaded at a time, and chats use it as well; the engine answers them beside each other. When
    somebody chooses another one meanwhile, a turn is refused instead of being given to that.
    """

    remote = False

    def __init__(
        self,
        name: str,
        path: str,
        models: Models,
        settings: SettingsFile,
        events: EventBus,
        loading: threading.Lock,
        conversation: str,
        on_progress: OnProgress,
        context: int,
    ) -> None:
        self._name, self._path, self._wished = name, path, context
        self._loading = loading  # held while deciding whether to load
        self._models, self._settings, self._events = models, settings, events
        self._conversation, self._on_progress = conversation, on_progress

    @property
    def name(self) -> str:
        return self._name

    def ready(self) -> int:
        """Load the model if necessary, and wait.

        Raises UserError when it cannot be loaded, and `model.answering` while another model generates an
        answer.
        """
        changed = threading.Event()

        unsubscribe = self._events.subscribe(ModelChanged, lambda _: changed.set())
        try:
            with self._loading:
                self._take_up()
            while True:
                changed.clear()
                context = self._context(self._models.state)
                if context:
                    return context
                changed.wait(_LOOK_S)
        finally:
            unsubscribe()

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        self._check_in_use()
        if self._models.state.resting:  # unloaded while the run waited for approval: loading takes its time
            self.ready()
        return take_measure(self._models, self._request(ask), texts)

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        self._check_in_use()
        stopped = False

        def wanted_no_more() -> bool:
            nonlocal stopped
            stopped = stopped or cancelled()
            return stopped

        source = OnlyOf(self._models, self._path)
        turn = take_turn(source, self._request(ask), on_text, wanted_no_more, self._on_progress)
        if turn.finish_reason == "cancelled" and not stopped:
            return with_error(turn, self._other_in_use(self._models.state).info)
        reason = self._models.state.error
        if turn.error is not None and turn.error.code == "engine.no_model" and reason:
            return with_error(turn, reason)
        return turn

    def _take_up(self) -> None:
        self._models.take_up(self._name, "run", self._wished)
        if self._models.state.resting:
            self._models.ensure("run")

    def _context(self, state: ModelChanged) -> int:
        """The context length once the model is ready; 0 while it loads.

        Raises UserError when it will not be.
        """
        if state.path and state.path != self._path and not state.tuning:
            raise self._other_in_use(state)
        if state.state == "ready" and state.facts is not None:
            return state.facts.context
        if state.state == "empty" and state.error is not None:
            raise UserError.from_info(state.error)
        if state.state == "lost":  # on a request it is started again, but not forever
            take_measure(self._models, GenerateRequest(new_request_id(), ()), (), patience_s=600.0)
        return 0

    def _check_in_use(self) -> None:
        state = self._models.state
        if state.path != self._path:
            raise self._other_in_use(state)

    def _other_in_use(self, state: ModelChanged) -> UserError:
        return UserError("model.other_in_use", used=state.name or "-", wanted=self._name)

    def _request(self, ask: ModelRequest) -> GenerateRequest:
        facts = self._models.state.facts
        return msgspec.structs.replace(
            request_of(ask, new_request_id()),
            sampling=overlay(ask.sampling, self._settings.current.sampling),
            reasoning=possible(None if facts is None else facts.reasoning, ask.reasoning),
            conversation=self._conversation,
        )
