"""Questions that wait in a chat until its answer has ended; each is stored, so that a crash loses none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from app.services.chat.asking import Asking
from app.services.chat.comparisons import Comparisons
from app.services.chat.events import ComparisonChanged, ConversationChanged, QueueStopped
from app.services.chat.open_answers import OpenAnswers
from app.services.events import EventBus
from app.services.models.events import AnswerFinished
from app.services.worker import Worker
from app.store.records import Attachment, Conversation, Message, Queued, attached_to, queued, text_of
from app.store.store import Store
from engine.errors import UserError
from engine.text import clean_text

Questions = tuple[Queued, ...]


class QuestionQueue:
    """Sends the first question of a chat when an answer there has come to its end, on a thread of its own; `begin`
    starts it. After an answer that was stopped or failed, and after a start, they wait for `send_now`.

    Methods block on the disk: call them off the GUI thread. A question is named by its place and itself, so that
    one that was sent meanwhile is not mistaken for another. Changes are told by `ConversationChanged`.
    """

    def __init__(
        self, store: Store, answers: OpenAnswers, asking: Asking, comparisons: Comparisons, events: EventBus
    ) -> None:
        self._store, self._answers, self._asking = store, answers, asking
        self._comparisons, self._events = comparisons, events
        # Held around each change, so that changes are told in their order.
        self._changing = threading.Lock()
        self._held: set[int] = set()
        self._worker = Worker("question-queue", self._send_due)

    def begin(self) -> None:
        """Send questions from now on."""
        self._events.subscribe(AnswerFinished, lambda event: self._worker.put(event.message.conversation))
        self._events.subscribe(ComparisonChanged, self._comparison_changed)
        self._worker.begin()

    def close(self) -> None:
        """Stop; call before the answers are closed."""
        self._worker.close()

    def add(self, conversation: int, text: str, attachments: Sequence[Attachment] = ()) -> Conversation:
        """Let a question wait behind the others; its attachments leave the draft. Raises UserError `chat.empty`."""
        if not (cleaned := clean_text(text)).strip() and not attachments:
            raise UserError("chat.empty")
        question = queued(cleaned, attachments)
        draft = {"attachments": ()} if attachments else {}
        changed = self._rework(conversation, lambda chat: {"queued": (*chat.queued, question), **draft})
        self._worker.put(conversation)  # the answer may have ended meanwhile
        return changed

    def edit(self, conversation: int, place: int, before: Queued, text: str) -> Conversation:
        """Give a question another text; an empty one drops it. One that was sent meanwhile stays as it was sent, and
        the new text waits first."""
        cleaned = clean_text(text)
        kept = [queued(cleaned, attached_to(before))] if cleaned.strip() or attached_to(before) else []

        def edited(questions: Questions) -> Questions:
            at = _place(questions, place, before)
            if at is None:
                return (*kept, *questions)
            return (*questions[:at], *kept, *questions[at + 1 :])

        return self._change(conversation, edited)

    def drop(self, conversation: int, place: int, question: Queued) -> Conversation:
        return self._change(conversation, lambda questions: _without(questions, place, question))

    def take_back(self, conversation: int, place: int, question: Queued) -> bool:
        """Put a question and what is attached to it before the draft; returns whether it still waited."""
        found = False

        def taken(chat: Conversation) -> Mapping[str, Any]:
            nonlocal found
            left = _without(chat.queued, place, question)
            found = left != chat.queued
            if not found:
                return {"queued": left}
            draft = "\n".join(filter(None, (text_of(question), chat.draft)))
            return {
                "queued": left,
                "draft": draft,
                "attachments": (*attached_to(question), *chat.attachments),
            }

        self._rework(conversation, taken)
        return found

    def move(self, conversation: int, place: int, question: Queued, to: int) -> Conversation:
        """Put a question at another place."""

        def moved(questions: Questions) -> Questions:
            at = _place(questions, place, question)
            if at is None:
                return questions
            others = [*questions[:at], *questions[at + 1 :]]
            others.insert(to, questions[at])
            return tuple(others)

        return self._change(conversation, moved)

    def hold(self, conversation: int, on: bool) -> None:
        """Send nothing in this chat while somebody changes one of its questions."""
        (self._held.add if on else self._held.discard)(conversation)
        if not on:
            self._worker.put(conversation)

    def send_now(self, conversation: int) -> Message | None:
        """Send the first question, whatever the last answer came to. Raises UserError as `Asking.send`."""
        while (answer := self._send(conversation, lambda: True)) is None:
            if not self._store.conversations.get(conversation).queued:
                break  # else another question came first meanwhile
        return answer

    # --- inside ---

    def _change(self, conversation: int, change: Callable[[Questions], Questions]) -> Conversation:
        return self._rework(conversation, lambda chat: {"queued": change(chat.queued)})

    def _rework(self, conversation: int, change: Callable[[Conversation], Mapping[str, Any]]) -> Conversation:
        with self._changing:
            changed = self._store.conversations.rework(conversation, change)
            self._events.publish(ConversationChanged(changed))
            return changed

    def _comparison_changed(self, event: ComparisonChanged) -> None:
        if event.of == 0:
            self._worker.put(event.conversation)

    def _send(self, conversation: int, may: Callable[[], bool]) -> Message | None:
        ready = self._asking.ready_queued(conversation)  # which may take long, and nobody is to wait for that
        with self._changing:
            return self._asking.send_queued(conversation, ready) if may() else None

    def _send_due(self, conversation: int) -> None:
        """Look whether a question can be sent now, and send it; again where another one came first meanwhile."""
        due = partial(self._is_due, conversation)
        try:
            while due() and self._send(conversation, due) is None and not self._worker.closed:
                continue
        except UserError as error:
            self._events.publish(QueueStopped(conversation, error.info))

    def _is_due(self, conversation: int) -> bool:
        """Whether the next question can be sent. While models are compared the chat has another one than its own."""
        compared = self._comparisons.conversation == conversation
        if compared or conversation in self._held or conversation in self._answers.answering():
            return False
        found = self._store.conversations.find(conversation)
        if found is None or found.deleted is not None or not found.queued or found.leaf is None:
            return False
        last = self._store.messages.get(found.leaf)
        return last.role == "assistant" and last.state in ("done", "length")


def _place(questions: Questions, place: int, question: Queued) -> int | None:
    """Where a question stands that was at `place` before; None once it is gone."""
    if questions[place : place + 1] == (question,):
        return place
    return questions.index(question) if question in questions else None


def _without(questions: Questions, place: int, question: Queued) -> Questions:
    at = _place(questions, place, question)
    return questions if at is None else (*questions[:at], *questions[at + 1 :])
