"""State of the model in use, as last published."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from app.services.events import EventBus
from app.services.models.events import ModelChanged, ModelReplanned
from app.services.models.loaded_model import LoadReason, Resting
from engine.api import EngineState, ModelFacts
from engine.errors import ErrorInfo
from engine.remote.names import is_remote


class ModelState:
    """Publishes the state of the model, on the thread that changes it.

    Who finds out whether to publish holds `telling` meanwhile: nothing else is published then. `called` names the
    model at a path, `because` is why the load under way, or the last one, was asked for.
    """

    def __init__(self, called: Callable[[str, ModelFacts | None], str], events: EventBus) -> None:
        self.called, self._events = called, events
        self.telling = threading.RLock()
        self._current = ModelChanged("empty", "", "")
        self.because: LoadReason = "chosen"

    @property
    def current(self) -> ModelChanged:
        return self._current

    def loading(self, path: str, fraction: float, workers: tuple[str, ...]) -> None:
        name = self.called(path, None)
        self.publish(ModelChanged("loading", name, path, fraction, workers=workers, because=self.because))

    def tuning(self, name: str, path: str, workers: tuple[str, ...]) -> None:
        self.publish(ModelChanged("loading", name, path, workers=workers, tuning=True))

    def loaded(self, facts: ModelFacts, workers: tuple[str, ...]) -> None:
        name = self.called(facts.path, facts)
        notices = facts.plan.notices if facts.plan else ()
        self.publish(
            ModelChanged(
                "ready",
                name,
                facts.path,
                1.0,
                facts,
                notices=notices,
                workers=workers,
                because=self.because,
            )
        )

    def replanned(self, facts: ModelFacts) -> None:
        """The loaded model is placed in another way, which is the newest of its notices."""
        notices = facts.plan.notices if facts.plan else ()
        change = msgspec.structs.replace(self._current, facts=facts, notices=notices)
        self.publish(change)
        self._events.publish(ModelReplanned(change.name))

    def rests(self, path: str, why: Resting) -> None:
        """Whether it is idle: not loaded, and the next request loads it."""
        before = self._current
        facts = before.facts if before.path == path else None
        self.publish(ModelChanged("empty", self.called(path, facts), path, facts=facts, resting=why))

    def failed(
        self, state: EngineState, error: ErrorInfo, log_tail: tuple[str, ...], workers: tuple[str, ...]
    ) -> None:
        before = self._current
        self.publish(
            ModelChanged(
                state,
                before.name,
                before.path,
                error=error,
                log_tail=log_tail,
                without_workers=bool(workers) and error.code.startswith("worker."),
            )
        )

    def answered(self, error: ErrorInfo | None) -> None:
        """An answer has ended: the server of a model elsewhere is in trouble with an error `remote.*` of its own, or
        has refused pictures."""
        current = self._current
        if error is not None and error.code == "picture.not_seen" and current.facts and current.facts.sees:
            blind = msgspec.structs.replace(current.facts, sees=False)
            self.publish(msgspec.structs.replace(current, facts=blind))
            return
        trouble = error if error is not None and error.code.startswith("remote.") else None
        if current.state == "ready" and is_remote(current.path) and current.trouble != trouble:
            self.publish(msgspec.structs.replace(current, trouble=trouble))

    def publish(self, change: ModelChanged) -> None:
        with self.telling:  # what is heard last is what holds
            self._current = change
            self._events.publish(change)
