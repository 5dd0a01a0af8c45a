"""One engine for models of this machine and models elsewhere: each load goes to the one that can do it."""

from __future__ import annotations

import threading
from collections.abc import Callable

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
from engine.remote.names import is_remote

MakeEngine = Callable[[Listener], Engine]
_OF_A_LOAD = LoadProgress | Loaded | LoadFailed | EngineLost


class SwitchingEngine:
    """Keeps the `Engine` protocol. One of the two has the model in use; before a load goes to the other, it is
    unloaded, so no memory is held for a model that nobody asks. What it still tells of its loads then is dropped."""

    def __init__(self, listener: Listener, local: MakeEngine, remote: MakeEngine) -> None:
        self._listener = listener
        self._telling = threading.Lock()  # each tells from a thread of its own
        self._local = local(lambda events: self._tell(events, of_remote=False))
        self._remote = remote(lambda events: self._tell(events, of_remote=True))
        self._is_remote = False

    @property
    def _used(self) -> Engine:
        return self._remote if self._is_remote else self._local

    @property
    def state(self) -> EngineState:
        return self._used.state

    @property
    def model(self) -> ModelFacts | None:
        return self._used.model

    def load(self, request: LoadRequest) -> None:
        wanted = is_remote(request.path)
        if wanted != self._is_remote:
            self._used.unload()
            with self._telling:
                self._is_remote = wanted
        self._used.load(request)

    def cancel_load(self) -> None:
        self._used.cancel_load()

    def generate(self, request: GenerateRequest) -> None:
        self._used.generate(request)

    def measure(self, request: GenerateRequest, texts: tuple[str, ...] = ()) -> None:
        self._used.measure(request, texts)

    def abort(self, request_id: int) -> None:
        self._used.abort(request_id)

    def answer_now(self, request_id: int) -> None:
        self._used.answer_now(request_id)

    def set_priority(self, conversation: str) -> None:
        self._local.set_priority(conversation)

    def forget(self, conversation: str) -> None:
        self._local.forget(conversation)

    def limit_states(self, size: int) -> None:
        self._local.limit_states(size)

    def watch_experts(self, on: bool) -> None:
        self._local.watch_experts(on)

    def unload(self) -> None:
        self._used.unload()

    def close(self) -> None:
        self._remote.close()
        self._local.close()

    def _tell(self, events: list[Event], *, of_remote: bool) -> None:
        with self._telling:
            if of_remote != self._is_remote:
                events = [event for event in events if not isinstance(event, _OF_A_LOAD)]
            if events:
                self._listener(events)
