"""How the model in use is, as it was told last, and who is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.services.events import ModelChanged, ServiceEvent, Subscriber
from engine.api import EngineState, ModelFacts
from engine.errors import ErrorInfo


class ModelState:
    """Tells what becomes of a model, on the thread that knows it. `called` names the one at a path."""

    def __init__(self, called: Callable[[str, ModelFacts | None], str]) -> None:
        self._called = called
        self._lock = threading.Lock()
        self._subscribers: list[Subscriber] = []
        self._current = ModelChanged("empty", "", "")

    @property
    def current(self) -> ModelChanged:
        return self._current

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def loading(self, path: str, fraction: float, workers: tuple[str, ...]) -> None:
        self.tell(ModelChanged("loading", self._called(path, None), path, fraction, workers=workers))

    def tuning(self, name: str, path: str, workers: tuple[str, ...]) -> None:
        self.tell(ModelChanged("loading", name, path, workers=workers, tuning=True))

    def loaded(self, facts: ModelFacts, workers: tuple[str, ...]) -> None:
        name = self._called(facts.path, facts)
        notices = facts.plan.notices if facts.plan else ()
        self.tell(ModelChanged("ready", name, facts.path, 1.0, facts, notices=notices, workers=workers))

    def failed(
        self, state: EngineState, error: ErrorInfo, log_tail: tuple[str, ...], workers: tuple[str, ...]
    ) -> None:
        before = self._current
        self.tell(
            ModelChanged(
                state,
                before.name,
                before.path,
                error=error,
                log_tail=log_tail,
                without_workers=bool(workers) and error.code.startswith("worker."),
            )
        )

    def tell(self, change: ModelChanged) -> None:
        with self._lock:
            self._current = change
        self.publish([change])

    def publish(self, events: list[ServiceEvent]) -> None:
        """Tell what else there is to know of the model in use."""
        for subscriber in tuple(self._subscribers):
            subscriber(events)
