"""Comparisons: one question answered by several models, one after the other, as variants beside each other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from app.services.chat.asking import Asking
from app.services.chat.conversations import Conversations
from app.services.chat.events import ComparisonChanged
from app.services.chat.open_answers import OpenAnswers
from app.services.events import EventBus
from app.services.models.events import AnswerFinished
from app.store.records import Message
from app.store.store import Store
from engine.errors import UserError

log = logging.getLogger(__name__)
MOST_MODELS = 3


class Comparisons:
    """Carries out one comparison at a time, on a thread of its own. Methods may be called from any thread."""

    def __init__(
        self,
        store: Store,
        conversations: Conversations,
        answers: OpenAnswers,
        asking: Asking,
        events: EventBus,
    ) -> None:
        self._store, self._conversations, self._answers = store, conversations, answers
        self._asking, self._events = asking, events
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Condition()
        self._finished: dict[int, Message] = {}
        self._stopped = False
        # Where models are compared now, 0 for nowhere.
        self.conversation = 0

    def start(self, message: int, models: Sequence[str]) -> None:
        """Let two or three models, as `Models.use` names them, answer a question, or that of an answer.

        The chat keeps its own model.

        `ComparisonChanged` tells each answer as it begins. Raises UserError `compare.running`, `compare.models`.
        """
        wanted = list(dict.fromkeys(models))
        if not 2 <= len(wanted) <= MOST_MODELS:
            raise UserError("compare.models", most=MOST_MODELS)
        record = self._store.messages.get(message)
        if record.role == "assistant" and record.parent is not None:
            record = self._store.messages.get(record.parent)
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise UserError("compare.running")
            self._stopped = False
            self.conversation = record.conversation
            self._thread = threading.Thread(
                target=self._run, args=(record, wanted), name="comparison", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop the answer in progress, and ask no further model."""
        with self._ended:
            self._stopped = True
            self._ended.notify_all()

    def prefer(self, answer: int, *, better: bool = True) -> Message:
        """Remember whether the person liked this answer better than the variants beside it."""
        for variant in self._store.messages.siblings(answer):
            if variant != answer and self._store.messages.get(variant).better:
                self._store.messages.set_better(variant, False)
        return self._store.messages.set_better(answer, better)

    def preferred(self) -> dict[str, int]:
        """How many answers of each model were preferred, by the signature of its answers."""
        return self._store.messages.preferred()

    def close(self) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def _run(self, question: Message, models: Sequence[str]) -> None:
        conversation = question.conversation
        own = self._conversations.get(conversation).options.model
        answers: list[int] = []
        unsubscribe = self._events.subscribe(AnswerFinished, self._answer_finished)
        try:
            for model in models:
                answer = self._asking.regenerate(question.id, model)
                answers.append(answer.id)
                self._tell(question, answers, len(models))
                if not self._waited(answer):
                    break
        except UserError as error:
            self._tell(question, answers, len(models), error)
        finally:
            unsubscribe()
            with self._ended:
                self._finished.clear()
            try:
                if own is not None:
                    self._conversations.choose_model(conversation, own)
            except UserError as error:  # deleted meanwhile
                log.info("The chat of a comparison is gone: %s", error.code)
            self.conversation = 0
            self._tell(question, answers, 0)

    def _waited(self, answer: Message) -> bool:
        """Wait for the end of an answer; False when nothing is to follow it."""
        with self._ended:
            self._ended.wait_for(lambda: self._stopped or answer.id in self._finished)
            ended = self._finished.get(answer.id)
        if ended is None:
            self._answers.stop(answer.conversation)
            return False
        return ended.state != "stopped"

    def _answer_finished(self, event: AnswerFinished) -> None:
        with self._ended:
            self._finished[event.message.id] = event.message
            self._ended.notify_all()

    def _tell(
        self, question: Message, answers: Sequence[int], of: int, error: UserError | None = None
    ) -> None:
        told = None if error is None else error.info
        self._events.publish(ComparisonChanged(question.conversation, question.id, tuple(answers), of, told))
