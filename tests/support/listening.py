"""Listens to the services and waits for what they tell."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import TypeVar

from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished, ModelChanged, TextDelta
from app.services.services import Services
from app.store.records import Message

T = TypeVar("T")
PATIENCE = 300.0


class Listening:
    """Everything the services tell, in order."""

    def __init__(self, services: Services) -> None:
        self._events: queue.SimpleQueue[ServiceEvent] = queue.SimpleQueue()
        self.seen: list[ServiceEvent] = []
        services.events.subscribe(ServiceEvent, self._events.put)

    def next(
        self, kind: type[T], wanted: Callable[[T], bool] = lambda _: True, timeout: float = PATIENCE
    ) -> T:
        """The next event of this kind that is `wanted`; what came before it is in `seen`."""
        until = time.monotonic() + timeout
        while True:
            event = self._events.get(timeout=max(0.0, until - time.monotonic()))
            self.seen.append(event)
            if isinstance(event, kind) and wanted(event):
                return event

    def finished(self, message: int) -> Message:
        return self.next(AnswerFinished, lambda event: event.message.id == message).message

    def some_text(self, message: int) -> str:
        return self.next(TextDelta, lambda event: event.owner.message == message).content

    def model(self, state: str) -> ModelChanged:
        return self.next(ModelChanged, lambda event: event.state == state)
