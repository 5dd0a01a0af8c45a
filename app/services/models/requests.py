"""Open requests of an engine: their listeners, and the answers that wait or are in progress."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from engine.api import Event, Finished, GenerateRequest, Listener, Measured, Tokenized
from engine.errors import ErrorInfo
from engine.values import FinishReason, Timings, Usage

# Answers of conversations use the ids of their messages; all others use ids that no message will reach.
_FIRST_ID = 2**48
_ids = itertools.count(_FIRST_ID)


def new_request_id() -> int:
    """A new id for a request that is not a conversation's answer."""
    return next(_ids)


class Requests:
    """The open requests of one engine, by id. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Listener] = {}
        self._answers: dict[int, GenerateRequest] = {}

    @contextmanager
    def listening(self, request: int, listener: Listener) -> Iterator[None]:
        """Deliver the events of the request that is made inside to `listener` until its end."""
        with self._lock:
            self._listeners[request] = listener
        try:
            yield
        except BaseException:
            with self._lock:
                self._listeners.pop(request, None)
                self._answers.pop(request, None)
            raise

    def add(self, request: GenerateRequest) -> None:
        """Add an answer that waits or is in progress."""
        with self._lock:
            self._answers[request.id] = request

    def withdraw(self, request: int) -> bool:
        """Stop an answer's wait; its listener still gets its end. False where none waited."""
        with self._lock:
            return self._answers.pop(request, None) is not None

    def forget_answers(self) -> None:
        """Stop all waits; their listeners still get their ends."""
        with self._lock:
            self._answers.clear()

    @property
    def is_open(self) -> bool:
        """Whether the end of a request is still awaited."""
        with self._lock:
            return bool(self._listeners or self._answers)

    @property
    def answers(self) -> tuple[GenerateRequest, ...]:
        """Answers that wait or are in progress, the oldest first."""
        with self._lock:
            return tuple(self._answers.values())

    def find(self, request: int) -> GenerateRequest | None:
        """An answer that waits or is in progress."""
        with self._lock:
            return self._answers.get(request)

    def is_waiting(self, request: int) -> bool:
        with self._lock:
            return request in self._answers

    def without_reasoning(self, request: int) -> None:
        """Disable reasoning of an answer that still waits."""
        with self._lock:
            waiting = self._answers.get(request)
            if waiting is not None:
                self._answers[request] = msgspec.structs.replace(waiting, reasoning=0)

    def deliver(self, events: list[Event]) -> None:
        """Deliver each event to the listener of its request."""
        routed: dict[int, tuple[Listener, list[Event]]] = {}
        with self._lock:
            for event in events:
                id = getattr(event, "id", None)
                if isinstance(event, Finished):
                    self._answers.pop(event.id, None)
                if id is None or (listener := self._listeners.get(id)) is None:
                    continue
                routed.setdefault(id, (listener, []))[1].append(event)
                if isinstance(event, Finished | Measured | Tokenized):
                    del self._listeners[id]
        for listener, its in routed.values():
            listener(its)


def ended(request: int, reason: FinishReason, error: ErrorInfo | None = None) -> Finished:
    """The end of an answer that no engine has started."""
    return Finished(request, reason, Usage(), Timings(), error)
