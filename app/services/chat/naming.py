"""Titles of chats, written by the model."""

from __future__ import annotations

import re

from app.services.chat.asides import Ask
from app.services.chat.conversations import Conversations
from app.services.settings.settings import SettingsFile
from app.services.titles import title_from
from app.store.records import Message
from app.store.store import Store

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
    """Gives a chat its title behind its first answer. A title that a person gave is never touched."""

    def __init__(self, store: Store, settings: SettingsFile, conversations: Conversations) -> None:
        self._store, self._settings, self._conversations = store, settings, conversations

    def take(self, answer: Message, ask: Ask) -> None:
        if not self._settings.current.titles_by_model:
            return
        conversation = self._store.conversations.get(answer.conversation)
        if conversation.deleted is not None or conversation.title_source != "auto":
            return
        path = map(self._store.messages.get, self._store.messages.path(conversation.id))
        question = next((message for message in path if message.role == "user"), None)
        # Another title is one of the model already.
        if question is None or conversation.title != title_from(question.content):
            return
        wish = _WISH.format(question=question.content[:_SEEN], answer=answer.content[:_SEEN])
        if title := clean_title(ask(wish, _TOKENS)):
            self._conversations.name(conversation.id, title)


def clean_title(text: str) -> str:
    """The title in what a model wrote, "" where there is none that is short enough."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    title = " ".join(_PREFACE.sub("", lines[0]).strip(_AROUND).split())
    return title if 2 <= len(title) <= _LONGEST else ""
