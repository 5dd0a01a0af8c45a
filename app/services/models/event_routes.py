"""Brings what an engine tells of a request to who asked it."""

from __future__ import annotations

import itertools
import threading

from engine.api import Event, Finished, Listener, Measured

# Answers of conversations go by the ids of their messages; all others by ids that no message will reach.
_FIRST_ID = 2**48
_ids = itertools.count(_FIRST_ID)


def new_request_id() -> int:
    """An id for a request that no conversation's answer has."""
    return next(_ids)


class EventRoutes:
    """Listeners of single requests. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Listener] = {}

    def add(self, request: int, listener: Listener) -> None:
        """Until its end, what is told of this request goes to `listener`."""
        with self._lock:
            self._listeners[request] = listener

    def remove(self, request: int) -> None:
        with self._lock:
            self._listeners.pop(request, None)

    @property
    def is_open(self) -> bool:
        """Whether the end of a request is still waited for."""
        with self._lock:
            return bool(self._listeners)

    def deliver(self, events: list[Event]) -> None:
        """Hand each event to the listener of its request."""
        routed: dict[int, tuple[Listener, list[Event]]] = {}
        with self._lock:
            for event in events:
                id = getattr(event, "id", None)
                listener = None if id is None else self._listeners.get(id)
                if id is None or listener is None:
                    continue
                routed.setdefault(id, (listener, []))[1].append(event)
                if isinstance(event, Finished | Measured):
                    del self._listeners[id]
        for listener, its in routed.values():
            listener(its)
