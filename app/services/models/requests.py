"""What is asked of an engine: who listens to each request, and which answers wait or are written."""

from __future__ import annotations

import itertools
import threading

import msgspec

from engine.api import Event, Finished, GenerateRequest, Listener, Measured
from engine.errors import ErrorInfo
from engine.values import FinishReason, Timings, Usage

# Answers of conversations go by the ids of their messages; all others by ids that no message will reach.
_FIRST_ID = 2**48
_ids = itertools.count(_FIRST_ID)


def new_request_id() -> int:
    """An id for a request that no conversation's answer has."""
    return next(_ids)


class Requests:
    """The open requests of one engine, by id. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Listener] = {}
        self._answers: dict[int, GenerateRequest] = {}

    def listen(self, request: int, listener: Listener) -> None:
        """Until its end, the events of this request go to `listener`."""
        with self._lock:
            self._listeners[request] = listener

    def add(self, request: GenerateRequest) -> None:
        """An answer waits, or is written."""
        with self._lock:
            self._answers[request.id] = request

    def remove(self, request: int) -> None:
        """It could not be asked."""
        with self._lock:
            self._listeners.pop(request, None)
            self._answers.pop(request, None)

    def withdraw(self, request: int) -> bool:
        """An answer waits no more; its listener still hears of its end. False where none did."""
        with self._lock:
            return self._answers.pop(request, None) is not None

    def forget_answers(self) -> None:
        """None waits any more; their listeners still hear of their ends."""
        with self._lock:
            self._answers.clear()

    @property
    def is_open(self) -> bool:
        """Whether the end of a request is still waited for."""
        with self._lock:
            return bool(self._listeners or self._answers)

    @property
    def answers(self) -> tuple[GenerateRequest, ...]:
        """Those that wait or are written, the oldest first."""
        with self._lock:
            return tuple(self._answers.values())

    def is_waiting(self, request: int) -> bool:
        with self._lock:
            return request in self._answers

    def without_reasoning(self, request: int) -> None:
        """An answer that still waits does not reason at all."""
        with self._lock:
            waiting = self._answers.get(request)
            if waiting is not None:
                self._answers[request] = msgspec.structs.replace(waiting, reasoning=0)

    def deliver(self, events: list[Event]) -> None:
        """Hand each event to the listener of its request."""
        routed: dict[int, tuple[Listener, list[Event]]] = {}
        with self._lock:
            for event in events:
                id = getattr(event, "id", None)
                if isinstance(event, Finished):
                    self._answers.pop(event.id, None)
                if id is None or (listener := self._listeners.get(id)) is None:
                    continue
                routed.setdefault(id, (listener, []))[1].append(event)
                if isinstance(event, Finished | Measured):
                    del self._listeners[id]
        for listener, its in routed.values():
            listener(its)


def ended(request: int, reason: FinishReason, error: ErrorInfo | None = None) -> Finished:
    """The end of an answer that no engine wrote a word of."""
    return Finished(request, reason, Usage(), Timings(), error)
