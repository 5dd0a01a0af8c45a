"""Titles of chats, written by the model once it has answered and nobody else needs it."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

from app.services.chat.conversations import Conversations
from app.services.chat.events import MessageAdded
from app.services.events import EventBus
from app.services.models.events import AnswerFinished
from app.services.models.models import Models
from app.services.models.requests import new_request_id
from app.services.models.turns import take_turn
from app.services.settings.settings import SettingsFile
from app.services.titles import title_from
from app.store.records import Message
from app.store.store import Store
from engine.api import GenerateRequest
from engine.errors import UserError
from engine.values import Message as Said
from engine.values import Sampling

# Characters of the question and of the answer that a title is made of, and tokens that it may take.
_SEEN, _TOKENS = 800, 32
_LONGEST = 60
_WISH = (
    "Write a title for the conversation below: at most six words, in the language of the conversation, no quotation "
    "marks, nothing but the title.\n\nQuestion: {question}\n\nAnswer: {answer}"
)
_PREFACE = re.compile(r"^(?:\**\s*(?:title|제목)\s*\**\s*[:：]\s*\**)", re.IGNORECASE)
_AROUND = " \t*_#`\"'“”‘’「」『』《》."


class Naming:
    """Gives chats their titles, one after the other, on a thread of its own; `begin` starts it. A title that a person
    gave is never touched."""

    def __init__(
        self,
        store: Store,
        models: Models,
        settings: SettingsFile,
        conversations: Conversations,
        events: EventBus,
    ) -> None:
        self._store, self._models, self._settings = store, models, settings
        self._conversations, self._events = conversations, events
        self._changed = threading.Condition()
        self._waiting: list[Message] = []
        self._wanted_elsewhere = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Give titles from now on."""
        self._events.subscribe(AnswerFinished, self._answer_finished)
        self._events.subscribe(MessageAdded, lambda _: self._wanted_elsewhere.set())
        self._thread = threading.Thread(target=self._run, name="chat-naming", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; call before the models are closed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._wanted_elsewhere.set()
        if self._thread is not None:
            self._thread.join()

    def _answer_finished(self, event: AnswerFinished) -> None:
        wanted = self._settings.current.titles_by_model and event.message.state in ("done", "length")
        with self._changed:
            if wanted and event.message.content.strip():
                self._waiting.append(event.message)
                self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                message = self._waiting.pop(0)
            try:
                self._name(message)
            except UserError:  # the chat is gone, or no model answers: it keeps its first words
                continue

    def _name(self, answer: Message) -> None:
        conversation = self._store.conversations.get(answer.conversation)
        path = self._store.messages.get_all(self._store.messages.path(conversation.id))
        question = next((message for message in path if message.role == "user"), None)
        if question is None or conversation.deleted is not None or conversation.title_source != "auto":
            return
        if conversation.title != title_from(question.content):  # it has one of the model already
            return
        self._wanted_elsewhere.clear()
        if self._models.is_answering or self._models.state.state != "ready":
            return
        title = self._asked(question, answer)
        if title:
            self._conversations.name(conversation.id, title)

    def _asked(self, question: Message, answer: Message) -> str:
        wish = _WISH.format(question=question.content[:_SEEN], answer=answer.content[:_SEEN])
        request = GenerateRequest(
            id=new_request_id(),
            messages=(Said("user", wish),),
            sampling=Sampling(temperature=0.0),
            reasoning="off",
            max_tokens=_TOKENS,
        )
        turn = take_turn(self._models, request, lambda _: None, self._wanted_elsewhere.is_set)
        return "" if turn.finish_reason != "stop" or turn.error else clean_title(turn.content)


def clean_title(text: str) -> str:
    """The title in what a model wrote, "" where there is none that is short enough."""
    lines: Sequence[str] = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    title = " ".join(_PREFACE.sub("", lines[0]).strip(_AROUND).split())
    return title if 2 <= len(title) <= _LONGEST else ""
