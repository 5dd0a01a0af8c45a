"""Small wishes that a model gets behind an answer, once nobody else needs it: a title, what to remember."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from app.services.chat.events import MessageAdded
from app.services.events import EventBus
from app.services.models.events import AnswerFinished
from app.services.models.models import Models
from app.services.models.requests import new_request_id
from app.services.models.turns import OnlyOf, take_turn
from app.services.worker import Worker
from app.store.records import Message
from engine.api import GenerateRequest
from engine.errors import UserError
from engine.values import Message as Said
from engine.values import Sampling

# Asks the model that wrote the answer; "" where it is needed elsewhere, fails or does not come to an end.
Ask = Callable[[str, int], str]


class Aside(Protocol):
    """What is done behind an answer."""

    def take(self, answer: Message, ask: Ask) -> None:
        """Do it for this answer; `ask` takes a wish and how many tokens its answer may have.

        Raises UserError where the chat is gone.
        """


class Asides:
    """Carries out `works` behind each answer, one after the other, on a thread of its own; `begin` starts it. A new
    question ends what is under way."""

    def __init__(self, models: Models, events: EventBus, works: Sequence[Aside]) -> None:
        self._models, self._events, self._works = models, events, works
        self._worker = Worker("chat-asides", self._carry_out)
        self._wanted_elsewhere = threading.Event()

    def begin(self) -> None:
        """Work from now on."""
        self._events.subscribe(AnswerFinished, self._answer_finished)
        self._events.subscribe(MessageAdded, lambda _: self._wanted_elsewhere.set())
        self._worker.begin()

    def close(self) -> None:
        """Stop; call before the models are closed."""
        self._worker.close()

    def _answer_finished(self, event: AnswerFinished) -> None:
        if event.message.state in ("done", "length") and event.message.content.strip():
            self._worker.put(event.message)

    def _carry_out(self, answer: Message) -> None:
        for work in self._works:
            try:
                work.take(answer, partial(self._ask, answer))
            except UserError:  # the chat is gone, or no model answers
                continue

    def _is_over(self) -> bool:
        return self._worker.closed or self._wanted_elsewhere.is_set()

    def _ask(self, answer: Message, wish: str, tokens: int) -> str:
        """Nobody is asked but the model that has read the chat for this answer."""
        self._wanted_elsewhere.clear()
        model = self._models.state
        if self._worker.closed or self._models.is_answering or model.state != "ready":
            return ""
        if self._models.signature != answer.model:
            return ""
        request = GenerateRequest(
            id=new_request_id(),
            messages=(Said("user", wish),),
            sampling=Sampling(temperature=0.0),
            reasoning="off",
            max_tokens=tokens,
        )
        turn = take_turn(OnlyOf(self._models, model.path), request, lambda _: None, self._is_over)
        return "" if turn.finish_reason != "stop" or turn.error else turn.content
