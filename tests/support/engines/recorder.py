"""Listens to an engine and waits for what it tells."""

from __future__ import annotations

import os
import queue
import time
from typing import TypeVar

from engine.api import Delta, Event, Finished, GenerateRequest
from engine.local.client import LocalEngine
from engine.values import Message, Sampling

T = TypeVar("T")
PATIENCE = 300.0
_KILL = 9  # Windows has no name for it.


class Recorder:
    """A listener; give it to an engine and ask it for events in their order."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.seen: list[Event] = []
        self._aside: dict[int, list[Delta | Finished]] = {}

    def __call__(self, events: list[Event]) -> None:
        for event in events:
            self._events.put(event)

    def next(self, *kinds: type[T], timeout: float = PATIENCE) -> T:
        """The next event of one of these kinds; what came before it is in `seen`."""
        until = time.monotonic() + timeout
        while True:
            event = self._events.get(timeout=max(0.0, until - time.monotonic()))
            self.seen.append(event)
            if isinstance(event, kinds):
                return event

    def answer(self, engine: LocalEngine, request: GenerateRequest) -> tuple[str, Finished]:
        """Ask and wait: the content and how it ended."""
        engine.generate(request)
        return self.finish(request.id)

    def finish(self, id: int) -> tuple[str, Finished]:
        """The content of an answer and how it ended; what is told of others meanwhile is kept for them."""
        text: list[str] = []
        earlier = self._aside.pop(id, [])
        while True:
            event = earlier.pop(0) if earlier else self.next(Delta, Finished)
            if event.id != id:
                self._aside.setdefault(event.id, []).append(event)
                continue
            if isinstance(event, Finished):
                return "".join(text), event
            if event.channel == "content":
                text.append(event.text)


def die_in_an_answer(engine: LocalEngine, told: Recorder, request: GenerateRequest, by: int = _KILL) -> None:
    """Ask, and kill the host once something of the answer has come. What comes of that is still to be told."""
    engine.generate(request)
    told.next(Delta)
    assert engine.host_pid is not None
    os.kill(engine.host_pid, by)


def ask(id: int, *turns: str, **options: object) -> GenerateRequest:
    """A greedy request whose turns alternate between the user and the assistant, the user first."""
    roles = ("user", "assistant")
    messages = tuple(Message(roles[i % 2], turn) for i, turn in enumerate(turns))  # type: ignore[arg-type]
    return GenerateRequest(id, messages, sampling=Sampling(temperature=0.0, seed=1), **options)  # type: ignore[arg-type]
