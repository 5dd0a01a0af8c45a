"""Remote chat model of runs: several at a time, independent of the loaded model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import msgspec

from agents.api import Measured, ModelRequest, ModelResponse, OnText
from app.services.models.events import ModelAnswered
from app.services.models.requests import Requests, new_request_id
from app.services.models.turns import overlay, request_of, take_measure, take_turn, with_error
from app.services.settings.settings import SettingsFile
from engine.api import Event, Finished, GenerateRequest, Listener, Loaded, LoadFailed, LoadRequest, ModelFacts
from engine.api import Measured as MeasuredEvent
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import PlacementOptions
from engine.remote.engine import AccessOf, RemoteEngine
from engine.remote.names import RemoteName
from engine.values import Picture

_LOOK_S = 0.2


class RemoteSource:
    """One model of one server, shared by all its users: an engine whose requests have a listener each.

    `context` is the length to use, 0: what is set for the server, or what it says. `answered` is told of each answer.
    Thread-safe.
    """

    def __init__(
        self,
        name: RemoteName,
        access_of: AccessOf,
        context: int = 0,
        answered: Callable[[ModelAnswered], None] = lambda _: None,
    ) -> None:
        self.name, self._context, self._answered = name, context, answered
        self._engine = RemoteEngine(self._told, access_of)
        self._requests = Requests()
        self._lock = threading.Lock()
        self._open: set[int] = set()
        self._conversations: dict[int, str] = {}  # of answers
        # The last search for the server.
        self._load: Future[ModelFacts] = Future()
        self._load.set_exception(UserError("engine.no_model"))
        self._closed = False

    @property
    def error(self) -> ErrorInfo | None:
        """Why the last search did not find the server."""
        failure = self._load.exception() if self._load.done() else None
        return failure.info if isinstance(failure, UserError) else None

    def ready(self) -> ModelFacts:
        """Find the server, unless an answer shows that it is reachable, and wait.

        Raises UserError `remote.*`.
        """
        with self._lock:
            if self._load.done() and not self._open:
                self._find()
            load = self._load
        while True:
            try:
                return load.result(_LOOK_S)  # in intervals, so that Ctrl+C comes through
            except TimeoutError:
                continue

    def generate(self, request: GenerateRequest, listener: Listener) -> None:
        self._ask(request.id, listener, lambda: self._generate(request))

    def _generate(self, request: GenerateRequest) -> None:
        self._engine.generate(request)
        self._conversations[request.id] = request.conversation

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...], listener: Listener) -> None:
        self._ask(request.id, listener, lambda: self._engine.measure(request, texts))

    def abort(self, request_id: int) -> None:
        self._engine.abort(request_id)

    def close(self) -> None:
        """Stop requests in progress, and every thread."""
        with self._lock:
            self._closed = True
        self._engine.close()
        if not self._load.done():
            self._load.set_exception(UserError("engine.no_model"))

    def _ask(self, id: int, listener: Listener, ask: Callable[[], None]) -> None:
        """Make a request; one to a server that was unreachable waits for the search."""
        with self._requests.listening(id, listener), self._lock:
            if self._engine.state == "empty":
                self._find()
            ask()
            self._open.add(id)

    def _find(self) -> None:
        """Search for the server, with the lock held. Raises UserError `engine.no_model` once closed."""
        if self._closed:
            raise UserError("engine.no_model")
        if not self._load.done():  # it has just failed, and is about to tell why
            return
        self._load = Future()
        self._engine.load(LoadRequest(self.name.text, PlacementOptions(self._context)))

    def _told(self, events: list[Event]) -> None:
        with self._lock:
            for event in events:
                if isinstance(event, Loaded):
                    self._load.set_result(event.model)
                elif isinstance(event, LoadFailed):
                    self._load.set_exception(UserError.from_info(event.error))
                elif isinstance(event, Finished | MeasuredEvent):
                    self._open.discard(event.id)
        self._requests.deliver(events)
        for event in events:
            if isinstance(event, Finished):
                self._tell(event)

    def _tell(self, finished: Finished) -> None:
        conversation, usage = self._conversations.pop(finished.id, ""), finished.usage
        if usage.prompt_tokens or usage.completion_tokens:
            self._answered(ModelAnswered(self.name.text, conversation, usage, finished.timings))


class RemoteChatModel:
    """A remote chat model.

    `remote` tells whether text leaves this machine: not for a server that runs on it, by its address
    (`RemoteName.leaves`).
    """

    def __init__(self, source: RemoteSource, settings: SettingsFile, conversation: str = "") -> None:
        self._source, self._settings, self._conversation = source, settings, conversation

    @property
    def name(self) -> str:
        return self._source.name.text

    @property
    def remote(self) -> bool:
        return self._source.name.leaves

    def ready(self) -> int:
        """Find the server and its facts about the model. Raises UserError `remote.*`."""
        return self._source.ready().context

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        try:
            return take_measure(self._source, self._request(ask), texts)
        except UserError as error:
            raise UserError.from_info(self._reason(error.info)) from error

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        """An unreachable server gives a turn that broke off, which can be retried."""
        try:
            turn = take_turn(self._source, self._request(ask), on_text, cancelled)
        except UserError as error:
            return with_error(ModelResponse(), self._reason(error.info))
        return turn if turn.error is None else with_error(turn, self._reason(turn.error))

    def _reason(self, error: ErrorInfo) -> ErrorInfo:
        """Why the model cannot answer, where a more specific reason is known."""
        found = self._source.error
        return found if error.code == "engine.no_model" and found is not None else error

    def _request(self, ask: ModelRequest) -> GenerateRequest:
        return msgspec.structs.replace(
            request_of(ask, new_request_id()),
            sampling=overlay(ask.sampling, self._settings.current.sampling),
            conversation=self._conversation,
        )
